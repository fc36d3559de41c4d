"""Which numbers a model should compute with on the device at hand."""

from pathlib import Path

from keras_genre.models.devices import find_accelerators

_BFLOAT16_SINCE = (8, 0)  # Ampere
_FLOAT16_SINCE = (7, 0)  # Volta, the first with tensor cores
_CPU_INFO = Path("/proc/cpuinfo")  # of Linux
_BFLOAT16_FLAGS = {"avx512_bf16", "amx_bf16"}


def policy_for_device(has_transformer: bool = False) -> str:
    """The Keras dtype policy that suits the accelerator of this process, or its CPU.

    | device                                 | policy           | why                             |
    |----------------------------------------|------------------|---------------------------------|
    | NVIDIA GPU, compute capability >= 8.0  | `mixed_bfloat16` | it has the range of float32     |
    | NVIDIA GPU, compute capability 7.0-7.9 | `mixed_float16`  | no bfloat16: the loss is scaled |
    | TPU                                    | `mixed_bfloat16` | its native type                 |
    | CPU with AVX512-BF16 or AMX, on Linux: |                  |                                 |
    | models with a transformer              | `mixed_bfloat16` | its large products are faster    |
    | all others                             | `float32`        | LSTMs are slower in bfloat16    |
    | any other                              | `float32`        | 16 bits are slower or unknown   |

    Of several GPUs the oldest decides. A policy given by hand always has the last word.

    Args:
        has_transformer: Whether the model holds one.

    Reference:
        NVIDIA, "CUDA C++ Programming Guide", arithmetic instructions by compute capability.
    """
    accelerators = find_accelerators()
    if not accelerators and has_transformer and _cpu_computes_bfloat16():
        return "mixed_bfloat16"
    policies = {_policy(kind, capability) for kind, capability in accelerators}
    # From the most to the least demanding; all devices compute with the same numbers.
    ranked = ("float32", "mixed_float16", "mixed_bfloat16")
    return min(policies, key=ranked.index, default="float32")


def _policy(kind: str, capability: tuple[int, int] | None) -> str:
    if kind == "tpu" or (capability and capability >= _BFLOAT16_SINCE):
        return "mixed_bfloat16"
    if capability and capability >= _FLOAT16_SINCE:
        return "mixed_float16"
    return "float32"


def _cpu_computes_bfloat16() -> bool:
    if not _CPU_INFO.exists():
        return False
    lines = _CPU_INFO.read_text(encoding="utf-8", errors="replace").splitlines()
    return any(
        line.startswith("flags") and _BFLOAT16_FLAGS.intersection(line.split()) for line in lines
    )
