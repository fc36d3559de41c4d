"""As `training.py`, on a GPU: Keras on JAX beside PyTorch with AMP and `torch.compile`.

    python benchmarks/training_gpu.py --torch-python torch-env/bin/python --out training_gpu.csv
    python benchmarks/training_gpu.py --torch-python torch-env/bin/python --device cpu --small \
        --rounds 1 --steps 2 --batch-size 4        # only to see that it runs

This Python needs JAX for the GPU (`pip install 'jax[cuda12]'`), the other PyTorch with CUDA. Both
sides are compiled. Widths of length buckets are rounded up to a multiple of 64 tokens, as each new
width compiles anew; the first rounds, which meet them, are not counted.
"""

from training import arguments, run


def main() -> None:
    """Measure, print, write."""
    parser = arguments(__doc__.splitlines()[0])
    parser.add_argument("--device", default="cuda", help="of PyTorch, cuda or cpu")
    options = vars(parser.parse_args())
    run({**options, "compile": True, "multiple": 64, "backend": "jax"})


if __name__ == "__main__":
    main()
