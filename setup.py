"""keras_genre: a film's plot and poster in, its genres out."""

from pathlib import Path

from setuptools import find_packages, setup

setup(
    name="keras-genre",
    version="0.1.0",
    description="Multi-label film genres from plot and poster, from raw files to TF Serving.",
    long_description=Path(__file__).with_name("README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="Apache-2.0",
    python_requires=">=3.11",
    packages=find_packages(include=["keras_genre*"]),
    install_requires=[
        "tensorflow>=2.20,<2.22",
        "keras>=3.15,<3.16",
        "keras-nlp>=0.32,<0.33",
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
        "click>=8.1",
    ],
    extras_require={
        "dev": [
            "pytest>=8.3",
            "hypothesis>=6.100",
            "ruff>=0.17,<0.18",
            "import-linter>=2.1,<3",
            "jax>=0.5",
            "nbclient>=0.10",
            "nbformat>=5.10",
            "ipykernel>=6.29",
            "pre-commit>=4.4,<5",
            "pyyaml>=6",
        ],
    },
    entry_points={"console_scripts": ["keras-genre = keras_genre.cli.main:main"]},
)
