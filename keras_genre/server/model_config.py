"""Which models to serve: `models.config`, and what is legal in it."""

from collections.abc import Collection, Mapping
from pathlib import Path

from tensorflow_serving.config import model_server_config_pb2
from tensorflow_serving.config.file_system_storage_path_source_pb2 import (
    FileSystemStoragePathSourceConfig,
)

from keras_genre.server.model_folders import find_models
from keras_genre.server.statuses import invalid
from keras_genre.server.text_files import read_text_file

__all__ = [
    "ModelsFolder",
    "check_config",
    "config_of_models",
    "read_model_config",
    "wanted_versions",
]

ModelServerConfig = model_server_config_pb2.ModelServerConfig
VersionPolicy = FileSystemStoragePathSourceConfig.ServableVersionPolicy

_CONFIG_FILE = "models.config"
_PLATFORM = "tensorflow"


def read_model_config(path: str | Path) -> ModelServerConfig:
    """Read `models.config`, a `ModelServerConfig` in text format.

    Raises:
        ServerError: If it cannot be read, or is none.
    """
    return read_text_file(path, ModelServerConfig())


def config_of_models(models: Mapping[str, str | Path]) -> ModelServerConfig:
    """Return the configuration that serves the latest version of each model.

    Args:
        models: Base paths by model name; relative ones count from the working directory.
    """
    config = ModelServerConfig()
    for name, base_path in models.items():
        config.model_config_list.config.add(
            name=name, base_path=str(Path(base_path).absolute()), model_platform=_PLATFORM
        )
    return config


class ModelsFolder:
    """A folder of models, whose configuration can be read again and again.

    `models.config` in that folder says which versions and labels; a model that it does not name
    is served with its latest version. Where it names a folder that is not here, as it does for the
    container, the model's folder under `root` is meant. A model that was there once is kept: that
    it cannot be seen for a moment is no wish to unload it.

    Args:
        root: A folder of models such as `saved_models`, or one model's own folder.
    """

    def __init__(self, root: str | Path):
        self._root = Path(root)
        self._seen: dict[str, Path] = {}

    def read_config(self) -> ModelServerConfig:
        """Return which models are to be served now.

        Raises:
            ServerError: If there is no model, or `models.config` is none.
        """
        self._seen |= find_models(self._root)
        found = config_of_models(self._seen)
        file = self._root / _CONFIG_FILE
        if not file.is_file():
            return found
        config = read_model_config(file)
        here = {model.name: model for model in found.model_config_list.config}
        for model in config.model_config_list.config:
            own = here.pop(model.name, None)
            if own is not None and not Path(model.base_path).is_dir():
                model.base_path = own.base_path
        config.model_config_list.config.extend(here.values())
        return config


def check_config(config: ModelServerConfig) -> None:
    """Refuse what TensorFlow Serving refuses, in its words.

    Raises:
        StatusError: INVALID_ARGUMENT.
    """
    if config.WhichOneof("config") != "model_config_list":
        raise invalid(
            "ServerModelConfig type not supported by HandleReloadConfigRequest. "
            "Only ModelConfigList is currently supported"
        )
    names = set()
    for model in config.model_config_list.config:
        if model.name in names:
            raise invalid(f"Illegal to list model {model.name} multiple times in config list")
        names.add(model.name)
        if not Path(model.base_path).is_absolute():
            raise invalid(
                f"Expected model {model.name} to have an absolute path or URI; got base_path()="
                f"{model.base_path}"
            )
        _check_platform(model)


def wanted_versions(policy: VersionPolicy, found: Collection[int]) -> list[int]:
    """Return which of the versions on disk shall be served, newest first."""
    newest_first = sorted(found, reverse=True)
    kind = policy.WhichOneof("policy_choice")
    if kind == "all":
        return newest_first
    if kind == "specific":
        return [number for number in newest_first if number in policy.specific.versions]
    return newest_first[: max(1, policy.latest.num_versions)]


def _check_platform(model: model_server_config_pb2.ModelConfig) -> None:
    if model.model_type and model.model_platform:
        raise invalid(
            "Illegal setting both ModelServerConfig::model_type(deprecated) and "
            "ModelServerConfig::model_platform."
        )
    if not model.model_type and not model.model_platform:
        raise invalid(
            "Illegal setting neither ModelServerConfig::model_type(deprecated) nor "
            "ModelServerConfig::model_platform."
        )
    if model.model_platform not in ("", _PLATFORM):
        raise invalid(
            f"Model {model.name} has the platform {model.model_platform}; the development server "
            f"has {_PLATFORM} alone."
        )
