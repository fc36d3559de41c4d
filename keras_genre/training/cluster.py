"""Cluster: the workers of a training, as TF_CONFIG tells of them."""

import dataclasses
import json
import os
import re

_EXAMPLE = (
    '{"cluster": {"worker": ["host0:2222", "host1:2222"]}, "task": {"type": "worker", "index": 0}}'
)


@dataclasses.dataclass(frozen=True)
class Cluster:
    """The processes that train together, and which of them this one is.

    Args:
        addresses: `host:port` of each; the first is that of the chief.
        number: Which of them this process is.
    """

    addresses: tuple[str, ...]
    number: int

    @classmethod
    def from_environment(cls) -> "Cluster":
        """Read the environment variable `TF_CONFIG`.

        Its cluster holds workers, and perhaps one chief, which else is the first worker.

        Raises:
            ValueError: If it is missing or wrong; the message names the field.
        """
        text = os.environ.get("TF_CONFIG", "")
        if not text:
            raise _wrong("is not set")
        try:
            content = json.loads(text)
        except ValueError as cause:
            raise _wrong(f"is no JSON ({cause})") from cause
        cluster, task = _object(content, "cluster"), _object(content, "task")
        for kind in cluster:
            if kind not in ("chief", "worker"):
                raise _wrong(
                    f"has the field 'cluster.{kind}'; expected 'worker' and perhaps 'chief'"
                )
        chiefs, workers = _addresses(cluster, "chief"), _addresses(cluster, "worker")
        if len(chiefs) > 1:
            raise _wrong(f"has {len(chiefs)} addresses in 'cluster.chief'; expected one")
        addresses = (*chiefs, *workers)
        if not addresses:
            raise _wrong("names no worker in 'cluster.worker'")
        if len(set(addresses)) < len(addresses):
            raise _wrong(f"has an address twice in 'cluster': {', '.join(addresses)}")
        return cls(addresses, _number(task, len(chiefs), len(workers)))


def _number(task: dict, chiefs: int, workers: int) -> int:
    kind, index = task.get("type"), task.get("index")
    counts = {"chief": chiefs, "worker": workers}
    if kind not in counts:
        raise _wrong(f"has {kind!r} in 'task.type'; expected 'worker' or 'chief'")
    if not isinstance(index, int) or isinstance(index, bool) or not 0 <= index < counts[kind]:
        raise _wrong(
            f"has {index!r} in 'task.index'; expected a whole number below {counts[kind]}, the "
            f"number of addresses in 'cluster.{kind}'"
        )
    return index + (chiefs if kind == "worker" else 0)


def _addresses(cluster: dict, kind: str) -> list[str]:
    addresses = cluster.get(kind, [])
    if not isinstance(addresses, list):
        raise _wrong(f"has {addresses!r} in 'cluster.{kind}'; expected a list of host:port")
    for address in addresses:
        if not (isinstance(address, str) and re.fullmatch(r"[^\s/]+:\d{1,5}", address)):
            raise _wrong(f"has the address {address!r} in 'cluster.{kind}'; expected host:port")
    return addresses


def _object(content, name: str) -> dict:
    found = content.get(name) if isinstance(content, dict) else None
    if not isinstance(found, dict):
        raise _wrong(f"lacks the field '{name}', or it is no object")
    return found


def _wrong(what: str) -> ValueError:
    return ValueError(
        f"The environment variable TF_CONFIG {what}. The strategy 'multi-worker' needs one in each "
        f"process, such as {_EXAMPLE}"
    )
