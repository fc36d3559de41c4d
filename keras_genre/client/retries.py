"""Trying again when a server is away: over gRPC by its own retry policy, over REST by ours."""

import json
import random
from collections.abc import Mapping

__all__ = ["retry_options", "waits_between_tries"]

# gRPC counts the first try too, and takes five at most.
_MOST_RETRIES = 4
_FIRST_WAIT = 0.2  # seconds; gRPC varies each wait by a fifth, so that clients do not come at once
_LONGEST_WAIT = 2.0
_RECONNECTING = [
    # gRPC's own wait between two attempts to connect grows to two minutes, and a try in between
    # fails without one: a server that has come back would be missed by all of them.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 500),
]


def retry_options(
    retries: int, timeout: float, balancing: Mapping | None = None
) -> list[tuple[str, object]]:
    """Return the options of a channel whose requests are tried again on UNAVAILABLE.

    No other status is retried: the server has taken the request, and would say the same again
    or do the work twice. A request's deadline bounds all its tries together.

    Args:
        retries: How often a request is tried again at most, 0 to 4.
        timeout: Seconds that a request may take, tries and waits together.
        balancing: What else the channel's service config says, such as `balancing.BALANCED`.

    Raises:
        ValueError: If `retries` is out of its range.

    Reference:
        gRFC A6, gRPC Retry Design: https://github.com/grpc/proposal/blob/master/A6-client-retries.md
    """
    _check(retries)
    config = {**(balancing or {})}
    if retries == 0:
        options = [("grpc.enable_retries", 0), *_RECONNECTING]
        return [*options, ("grpc.service_config", json.dumps(config))] if config else options
    wait = _first_wait(retries, timeout)
    policy = {
        "maxAttempts": retries + 1,
        "initialBackoff": f"{wait:.9f}s",
        "maxBackoff": f"{_LONGEST_WAIT}s",
        "backoffMultiplier": 2,
        "retryableStatusCodes": ["UNAVAILABLE"],
    }
    config["methodConfig"] = [{"name": [{}], "retryPolicy": policy}]  # {}: every method
    return [
        ("grpc.service_config", json.dumps(config)),
        # A request longer than this is not kept, so not tried again: by default 256 KiB, a poster.
        ("grpc.per_rpc_retry_buffer_size", 2**31 - 1),
        *_RECONNECTING,
    ]


def waits_between_tries(retries: int, timeout: float) -> list[float]:
    """Return the seconds to wait before each further try, as gRPC would with `retry_options`.

    Raises:
        ValueError: If `retries` is out of its range.
    """
    _check(retries)
    first = _first_wait(retries, timeout)
    waits = [min(first * 2**number, _LONGEST_WAIT) for number in range(retries)]
    return [wait * random.uniform(0.8, 1.2) for wait in waits]  # noqa: S311 (no secret)


def _check(retries: int) -> None:
    if not 0 <= retries <= _MOST_RETRIES:
        raise ValueError(f"Expected retries from 0 to {_MOST_RETRIES}, received {retries}.")


def _first_wait(retries: int, timeout: float) -> float:
    # The waits double. With a short timeout they start shorter, so that the last try is over
    # before it, and a server that is away is called unavailable, not slow.
    return min(_FIRST_WAIT, timeout / 2 ** (retries + 1))
