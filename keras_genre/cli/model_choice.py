"""Which exported model a command means."""

import contextlib
from pathlib import Path

import click

from keras_genre.errors import ModelNotFoundError, ServerError
from keras_genre.shipped import SHIPPED_MODEL, shipped_models

_HERE = Path("saved_models")

FOLDER_HELP = "Folder of exported models.  [default: ./saved_models, or the shipped model]"


def models_folder(given: str | Path | None) -> Path:
    """The folder of models that is meant: the given one, ours here, or that of the package.

    Raises:
        ModelNotFoundError: If none is given, there is none here, and the package has none.
    """
    from keras_genre.server import find_models

    if given is not None:
        return Path(given)
    with contextlib.suppress(ServerError):
        find_models(_HERE)
        return _HERE
    return shipped_models()


def choose_model(saved_models: str | Path | None, name: str | None) -> Path:
    """The folder of the model that is meant: the named one, the only one, or the shipped one.

    Raises:
        ServerError: If `saved_models` holds no model.
        ModelNotFoundError: If it has none of that name.
    """
    from keras_genre.server import find_models

    folder = models_folder(saved_models)
    models = find_models(folder)
    if name is None:
        name = next(iter(models)) if len(models) == 1 else SHIPPED_MODEL
        if name not in models:
            raise click.UsageError(
                f"{folder} has several models. Choose with --model. It has {', '.join(models)}."
            )
    if name not in models:
        raise ModelNotFoundError(
            f"There is no model {name!r} in {folder}. It has {', '.join(models)}."
        )
    return models[name]
