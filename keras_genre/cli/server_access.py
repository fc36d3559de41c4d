"""Options of commands that ask a server: how it is reached, and who asks."""

import contextlib
import dataclasses
import functools
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from keras_genre.errors import ModelNotFoundError, ServerUnavailableError

_file = click.Path(exists=True, dir_okay=False)
_OPTIONS = (
    click.option("--tls", is_flag=True, help="Encrypt; believe the public authorities."),
    click.option(
        "--tls-ca", metavar="FILE", type=_file,
        help="Encrypt; believe the authorities of this PEM file.",
    ),
    click.option(
        "--tls-certificate", metavar="FILE", type=_file,
        help="PEM file of your own certificate, for a server that asks for one.",
    ),
    click.option("--tls-key", metavar="FILE", type=_file, help="PEM file of its private key."),
    click.option(
        "--token-file", metavar="FILE", type=_file,
        help="File of a token, sent as authorization: Bearer TOKEN.",
    ),
)  # fmt: skip


@dataclasses.dataclass(frozen=True)
class ServerAccess:
    """What the options say."""

    tls: bool
    tls_ca: str | None
    tls_certificate: str | None
    tls_key: str | None
    token_file: str | None

    def check(self, server: str | None) -> None:
        """Refuse options that do not go together."""
        if not server and any(dataclasses.astuple(self)):
            raise click.UsageError("--tls..., --token-file: name the --server they are for.")
        if bool(self.tls_certificate) != bool(self.tls_key):
            raise click.UsageError("--tls-certificate and --tls-key go together.")

    def client_options(self) -> dict:
        """What `GenreClient` is to be told."""
        from keras_genre.client import Tls

        files = (self.tls_ca, self.tls_certificate, self.tls_key)
        return {
            "tls": Tls(*files) if self.tls or any(files) else None,
            "metadata": _BearerToken(Path(self.token_file)) if self.token_file else None,
        }


def access_options(command):
    """Add the options to a command, which gets them as one argument `access`."""

    @functools.wraps(command)
    def with_access(**arguments):
        fields = [field.name for field in dataclasses.fields(ServerAccess)]
        access = ServerAccess(**{name: arguments.pop(name) for name in fields})
        return command(access=access, **arguments)

    for option in reversed(_OPTIONS):
        with_access = option(with_access)
    return with_access


@contextlib.contextmanager
def server_hints(server: str) -> Iterator[None]:
    """Add to what a server, or none, says in the block what can be done at the command line."""
    try:
        yield
    except ServerUnavailableError as cause:
        if not re.search(r":8501\b", server):
            raise
        raise ServerUnavailableError(f"{cause} 8501 is usually REST: try 8500.") from cause
    except ModelNotFoundError as cause:
        raise ModelNotFoundError(
            f"{cause} Name another --model: `keras-genre serve` says when it starts which it has."
        ) from cause


class _BearerToken(Mapping):
    """Metadata whose token is read for each request: long work outlives many a token."""

    def __init__(self, path: Path):
        self._path = path

    def __getitem__(self, name: str) -> str:
        if name != "authorization":
            raise KeyError(name)
        token = self._path.read_text(encoding="utf-8", errors="replace").strip()
        if not (token and token.isascii() and token.isprintable()):
            raise ValueError(f"Expected a token in {self._path}: one line, in ASCII.")
        return f"Bearer {token}"

    def __iter__(self) -> Iterator[str]:
        return iter(["authorization"])

    def __len__(self) -> int:
        return 1
