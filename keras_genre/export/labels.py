"""Labels of versions, such as "stable" and "canary", where TensorFlow Serving reads them."""

from pathlib import Path

from google.protobuf import text_format
from tensorflow_serving.config import model_server_config_pb2

from keras_genre.errors import ExportError
from keras_genre.model_versions import list_versions
from keras_genre.staging import one_at_a_time, staged_file

MODELS_CONFIG = "models.config"
STABLE = "stable"
_CONTAINER_FOLDER = "/models"


def label_version(
    folder: str | Path, label: str, version: int, mounted_at: str | None = None
) -> Path:
    """Let a label mean a version of a model, in `models.config` beside the models.

    The server then loads the versions that have a label, and no others, and answers requests for a
    label with its version. A request that names neither gets the newest of them. Where nothing is
    `stable` yet, the newest of the earlier versions becomes it: what was served is still served.

    A label that means another version moves in two steps, as TensorFlow Serving refuses a whole
    file in which a label means a version that is not loaded yet: the first call lets the server
    load the version, and the same call again, once that version answers, moves the label.
    `labelled_versions` says what it means.

    A server reads the file with `--model_config_file`, and again while it runs with
    `--model_config_file_poll_wait_seconds`. It serves the models of the file alone, so a file that
    is made anew names every model of the folder. Comments in it do not survive. Processes that
    label at the same time wait for each other.

    Args:
        folder: `saved_models/<name>`.
        label: The label, not empty.
        version: The version.
        mounted_at: Where the server has the folder of models: an absolute path, or a URI such as
            `gs://bucket/models`. None: a model that the file names stays where it is, and another
            comes beside those; in a new file it is `/models`, where containers have it.

    Returns:
        The path of the file.

    Raises:
        ExportError: If there is no such version, or the file cannot be read or written.
        ValueError: If the label is empty, or `mounted_at` is a relative path.

    Reference:
        [Serving Configuration](https://www.tensorflow.org/tfx/serving/serving_config)
    """
    if not label:
        raise ValueError("Expected a label such as 'canary', received an empty one.")
    if mounted_at is not None and not mounted_at.startswith("/") and "://" not in mounted_at:
        raise ValueError(f"Expected an absolute path of the server, received {mounted_at!r}.")
    folder = Path(folder).resolve()
    with one_at_a_time(folder.parent):
        return _labelled(folder, label, version, mounted_at)


def _labelled(folder: Path, label: str, version: int, mounted_at: str | None) -> Path:
    try:
        versions = list_versions(folder)
        if version not in versions:
            raise ExportError(
                f"{folder} has no version {version} to be {label!r}. It has "
                f"{', '.join(map(str, versions)) or 'none'}."
            )
        path = folder.parent / MODELS_CONFIG
        server = _read(path) if path.exists() else model_server_config_pb2.ModelServerConfig()
        names = [folder.name] if path.exists() else _models_in(folder.parent)
    except OSError as cause:
        raise ExportError(f"Cannot read {cause.filename}: {cause.strerror}.") from cause
    for name in names:
        _place(server, name, mounted_at)
    entry = _find(server, folder.name)
    loaded = entry.model_version_policy.specific.versions
    if entry.version_labels.get(label, version) != version and version not in loaded:
        loaded[:] = sorted({*entry.version_labels.values(), version})
        return _written(server, path)
    entry.version_labels[label] = version
    earlier = [number for number in versions if number < version]
    if STABLE not in entry.version_labels and earlier:
        entry.version_labels[STABLE] = max(earlier)
    loaded[:] = sorted({*entry.version_labels.values()})
    return _written(server, path)


def _written(server: model_server_config_pb2.ModelServerConfig, path: Path) -> Path:
    with staged_file(path) as staging:
        staging.write_text(text_format.MessageToString(server, as_utf8=True), encoding="utf-8")
    return path


def labelled_versions(folder: str | Path) -> dict[str, int]:
    """Give the version that each label of a model means; none where there is no `models.config`.

    Raises:
        ExportError: If the file cannot be read.
    """
    entry = _entry_of(folder)
    return dict(entry.version_labels) if entry else {}


def configured_versions(folder: str | Path) -> set[int]:
    """Give the versions that `models.config` names: those with a label, and those to be loaded.

    Raises:
        ExportError: If the file cannot be read.
    """
    entry = _entry_of(folder)
    if entry is None:
        return set()
    return {*entry.version_labels.values(), *entry.model_version_policy.specific.versions}


def _entry_of(folder: str | Path):
    """What `models.config` says of a model, or None."""
    folder = Path(folder).resolve()
    path = folder.parent / MODELS_CONFIG
    return _find(_read(path), folder.name) if path.exists() else None


def _read(path: Path) -> model_server_config_pb2.ModelServerConfig:
    try:
        text = path.read_text(encoding="utf-8")
        return text_format.Parse(text, model_server_config_pb2.ModelServerConfig())
    except (text_format.ParseError, ValueError) as cause:
        raise ExportError(
            f"{path} is no ModelServerConfig in text format: {cause}. Mend or remove it."
        ) from cause


def _models_in(root: Path) -> list[str]:
    return [
        folder.name
        for folder in sorted(root.iterdir())
        if folder.is_dir() and not folder.name.startswith(".") and list_versions(folder)
    ]


def _find(server: model_server_config_pb2.ModelServerConfig, name: str):
    """The entry of a model, or None."""
    entries = server.model_config_list.config
    return next((entry for entry in entries if entry.name == name), None)


def _place(
    server: model_server_config_pb2.ModelServerConfig, name: str, mounted_at: str | None
) -> None:
    """Make sure that a model has an entry, and that this says where the server finds it."""
    entry = _find(server, name)
    root = mounted_at or (_common_root(server) if entry is None else None)
    if entry is None:
        entry = server.model_config_list.config.add(name=name, model_platform="tensorflow")
    if root is not None:
        entry.base_path = f"{root.rstrip('/')}/{name}"


def _common_root(server: model_server_config_pb2.ModelServerConfig) -> str:
    """Where the models of the file are; where containers have them if it names none."""
    for entry in server.model_config_list.config:
        root, _, last = entry.base_path.rpartition("/")
        if last == entry.name:
            return root
    return _CONTAINER_FOLDER
