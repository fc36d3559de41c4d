"""What every client checks before it connects."""

import re

__all__ = ["check_address", "check_timeout", "check_version"]


def check_address(address: str) -> None:
    """Raise a ValueError unless it is "host:port"."""
    # Without a port, gRPC would ask port 443 and report that nobody answers.
    if not re.fullmatch(r"([^\s:/\[\]]+|\[[^\s\]]+\]):[0-9]{1,5}", address):
        raise ValueError(
            f'Expected an address as "host:port", such as "localhost:8500"; received {address!r}.'
        )


def check_timeout(timeout: float) -> None:
    """Raise a ValueError unless it is over 0."""
    if not timeout > 0:
        raise ValueError(f"Expected a timeout over 0 seconds, received {timeout}.")


def check_version(version: int | None, label: str | None) -> None:
    """Raise a ValueError if both are given."""
    if version is not None and label is not None:
        raise ValueError(
            f"Expected a version or a label, not both; received version {version} and label "
            f"{label!r}."
        )
