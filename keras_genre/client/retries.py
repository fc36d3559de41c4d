"""Trying again when a server is away, by gRPC's own retry policy."""

import json

__all__ = ["retry_options"]

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


def retry_options(retries: int, timeout: float) -> list[tuple[str, object]]:
    """Return the options of a channel whose requests are tried again on UNAVAILABLE.

    No other status is retried: the server has taken the request, and would say the same again
    or do the work twice. A request's deadline bounds all its tries together.

    Args:
        retries: How often a request is tried again at most, 0 to 4.
        timeout: Seconds that a request may take, tries and waits together.

    Raises:
        ValueError: If `retries` is out of its range.

    Reference:
        gRFC A6, gRPC Retry Design: https://github.com/grpc/proposal/blob/master/A6-client-retries.md
    """
    if not 0 <= retries <= _MOST_RETRIES:
        raise ValueError(f"Expected retries from 0 to {_MOST_RETRIES}, received {retries}.")
    if retries == 0:
        return [("grpc.enable_retries", 0), *_RECONNECTING]
    # The waits double. With a short timeout they start shorter, so that the last try is over
    # before it, and a server that is away is called unavailable, not slow.
    wait = min(_FIRST_WAIT, timeout / 2 ** (retries + 1))
    policy = {
        "maxAttempts": retries + 1,
        "initialBackoff": f"{wait:.9f}s",
        "maxBackoff": f"{_LONGEST_WAIT}s",
        "backoffMultiplier": 2,
        "retryableStatusCodes": ["UNAVAILABLE"],
    }
    config = {"methodConfig": [{"name": [{}], "retryPolicy": policy}]}  # {}: every method
    return [
        ("grpc.service_config", json.dumps(config)),
        # A request longer than this is not kept, so not tried again: by default 256 KiB, a poster.
        ("grpc.per_rpc_retry_buffer_size", 2**31 - 1),
        *_RECONNECTING,
    ]
