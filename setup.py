"""keras_genre: a film's plot and poster in, its genres out."""

from pathlib import Path

from setuptools import find_packages, setup

_MODELS = "keras_genre.saved_models"
_BEAM = "apache-beam>=2.70,<3"
_GRADIO = "gradio>=6.31,<7"
_FSSPEC = "fsspec>=2024.6"  # posters at stores such as gs:// and s3://
_TENSORBOARD = "tensorboard>=2.20"
_DOCS = ["mkdocs>=1.6,<2", "mkdocs-material>=9.6,<10", "mkdocstrings>=1", "mkdocstrings-python>=2"]
# On Linux, plain xgboost brings some 300 MB for graphics cards, which it is not asked to use.
_BOOSTING = [
    "lightgbm>=4.5,<5",
    "xgboost-cpu>=3,<4; sys_platform == 'linux' and platform_machine == 'x86_64'",
    "xgboost>=3,<4; sys_platform != 'linux' or platform_machine != 'x86_64'",
]

setup(
    name="keras-genre",
    version="0.1.0",
    description="Multi-label film genres from plot and poster, from raw files to TF Serving.",
    long_description=Path(__file__).with_name("README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="Apache-2.0",
    python_requires=">=3.11.4",
    # The trained model lies where servers mount it from, and inside the installed package.
    packages=[*find_packages(include=["keras_genre*"]), _MODELS],
    package_dir={_MODELS: "saved_models"},
    package_data={
        "keras_genre.pages": ["page.html"],
        "keras_genre.demo": ["page.css"],
        _MODELS: ["compact_fusion/1/**"],
    },
    install_requires=[
        "tensorflow>=2.20,<2.22",
        "keras>=3.15,<3.16",
        "keras-nlp>=0.32,<0.33",
        "tokenizers>=0.20",
        "safetensors>=0.4",
        "keras-cv>=0.9,<0.10",
        "tensorflow-serving-api>=2.20,<2.22",
        "grpcio>=1.75",
        "grpcio-health-checking>=1.75",
        "numpy>=2.0",
        "pandas>=2.2",
        "pyarrow>=16",
        "scikit-learn>=1.5",
        "iterative-stratification>=0.1.9",
        "matplotlib>=3.9",
        "pillow>=11",
        "scipy>=1.13",
        "click>=8.1",
        "h5py>=3.11",  # MM-IMDb's HDF5 file
        "httpx>=0.27,<1",  # the MM-IMDb download and the TMDB collector
        "imagehash>=4.3",  # posters that are nearly the same
        "jinja2>=3.1",  # the page of keras-genre explore
        "networkx>=3.2",  # the graph of genres that occur together
        "sniffio>=1.3",  # without it httpx looks for it at every request
    ],
    extras_require={
        "beam": [_BEAM],
        "boosting": _BOOSTING,
        "demo": [_GRADIO],
        "cloud": [_FSSPEC, "gcsfs>=2024.6", "s3fs>=2024.6"],
        "tensorboard": [_TENSORBOARD],
        "docs": _DOCS,
        "dev": [
            _BEAM,
            _FSSPEC,
            *_BOOSTING,
            _GRADIO,
            _TENSORBOARD,
            *_DOCS,
            "pytest>=8.3",
            "pytest-xdist>=3.6",
            "hypothesis>=6.100",
            "ruff>=0.17,<0.18",
            "import-linter>=2.1,<3",
            "jax>=0.5",
            "nbclient>=0.10",
            "nbformat>=5.10",
            "ipykernel>=6.29",
            "playwright>=1.50",
            "pre-commit>=4.4,<5",
            "pyyaml>=6",
        ],
    },
    entry_points={"console_scripts": ["keras-genre = keras_genre.cli.main:main"]},
)
