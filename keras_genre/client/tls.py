"""Tls: whom a client believes, and who it says that it is."""

import dataclasses
import ssl
from pathlib import Path

__all__ = ["Tls"]


@dataclasses.dataclass(frozen=True)
class Tls:
    """An encrypted connection, to a server that proves who it is.

    TensorFlow Serving takes certificates with `--ssl_config_file`; a proxy in front of it has its
    own way. With a certificate of the client's own the server can tell who asks (mutual TLS).

    Args:
        root_certificates: PEM file of the authorities to believe. None: the public ones that
            gRPC, or for REST Python, knows.
        certificate: PEM file of the client's own certificate and what it is signed by.
        key: PEM file of its private key.

    Raises:
        ValueError: If only one of `certificate` and `key` is given, or a file holds no PEM of its
            kind.
        OSError: If a file cannot be read.

    Example:
        >>> GenreClient("films.example:8500", "lstm", tls=Tls("ca.pem"))  # doctest: +SKIP
    """

    root_certificates: str | Path | None = None
    certificate: str | Path | None = None
    key: str | Path | None = None

    def __post_init__(self):
        if (self.certificate is None) != (self.key is None):
            given, missing = ("certificate", "key") if self.key is None else ("key", "certificate")
            raise ValueError(f"Expected a {missing} with the {given}; received none.")
        self.ssl_context()  # gRPC would call a server unavailable over an unsound file

    def ssl_context(self) -> ssl.SSLContext:
        """The same for Python's own `ssl`."""
        for path in filter(None, (self.root_certificates, self.certificate, self.key)):
            Path(path).read_bytes()  # `ssl` does not say which of them is not there
        try:
            context = ssl.create_default_context(cafile=self.root_certificates)
            if self.certificate is not None:
                context.load_cert_chain(self.certificate, self.key)
        except ssl.SSLError as cause:
            raise ValueError(
                f"Expected PEM files of certificates and of the key of the first of them; one of "
                f"{self} is not ({cause})."
            ) from cause
        return context

    def channel_credentials(self):
        """The same for gRPC."""
        import grpc

        contents = [
            None if path is None else Path(path).read_bytes()
            for path in (self.root_certificates, self.key, self.certificate)
        ]
        return grpc.ssl_channel_credentials(*contents)
