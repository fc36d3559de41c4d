"""An authority, and what it signed: for servers and clients that prove who they are."""

import shutil
import subprocess

import pytest

needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="makes the certificates")


def make_certificates(folder):
    """Make `ca`, which signed `server` and `client`, and `other`: each a .pem and a .key file."""

    def openssl(*args):
        subprocess.run(["openssl", *args], cwd=folder, check=True, capture_output=True)

    new_key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    for name in ("ca", "other"):
        openssl(
            "req", "-x509", *new_key, "-keyout", f"{name}.key", "-out", f"{name}.pem",
            "-subj", f"/CN={name}", "-days", "2",
        )  # fmt: skip
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1\n")
    for name in ("server", "client"):
        openssl("req", *new_key, "-keyout", f"{name}.key", "-out", f"{name}.csr",
                "-subj", f"/CN={name}")  # fmt: skip
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
                "-out", f"{name}.pem", "-days", "2", "-extfile", "names")  # fmt: skip
    return folder


def server_credentials(keys, mutual):
    """What a gRPC server proves itself with; if `mutual`, it asks clients for the same."""
    import grpc

    pair = ((keys / "server.key").read_bytes(), (keys / "server.pem").read_bytes())
    return grpc.ssl_server_credentials([pair], (keys / "ca.pem").read_bytes(), mutual)
