"""What is installed only with the extra `demo`."""

import os

from keras_genre.errors import KerasGenreError


def require_gradio() -> None:
    """Import Gradio, told to report nothing to anybody.

    Raises:
        KerasGenreError: If it is not installed.
    """
    # Read on import. Without it every start asks Gradio's makers for their latest version.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    try:
        import gradio  # noqa: F401
    except ImportError as cause:
        raise KerasGenreError(
            f"The page needs gradio, which cannot be imported ({cause}). "
            "Install it with: pip install 'keras-genre[demo]'"
        ) from cause
