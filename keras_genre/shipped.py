"""The trained model that comes with the package."""

from pathlib import Path

from keras_genre.errors import ModelNotFoundError

__all__ = ["SHIPPED_MODEL", "shipped_models"]

SHIPPED_MODEL = "compact_fusion"
"""Its name."""


def shipped_models() -> Path:
    """The folder of exported models that the shipped one lies in, wherever the package is.

    Installed, it lies inside the package; in a checkout, beside it.

    Raises:
        ModelNotFoundError: If the package was installed without it.

    Example:
        >>> from keras_genre.client import InProcessPredictor
        >>> predictor = InProcessPredictor(shipped_models() / SHIPPED_MODEL)  # doctest: +SKIP
    """
    package = Path(__file__).resolve().parent
    for folder in (package / "saved_models", package.parent / "saved_models"):
        if (folder / SHIPPED_MODEL).is_dir():
            return folder
    raise ModelNotFoundError(
        f"The model {SHIPPED_MODEL!r} that comes with keras-genre is not in {package}. Install the "
        "package again, or name the folder of another model."
    )
