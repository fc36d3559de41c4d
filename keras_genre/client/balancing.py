"""Spreading requests over several servers, by gRPC's own balancing and health checking."""

import re
import socket
from collections.abc import Sequence
from typing import NamedTuple

from keras_genre.client.arguments import check_address
from keras_genre.errors import ServerUnavailableError

__all__ = ["BALANCED", "Target", "find_target"]

_EACH_OF_A_NAME = "dns:///"

BALANCED = {
    "loadBalancingConfig": [{"round_robin": {}}],
    # A server that is up but not ready gets no requests. One without a health service counts as
    # ready, so that TensorFlow Serving may be started without --enable_grpc_healthcheck_service.
    "healthCheckConfig": {"serviceName": ""},
}
"""The part of a channel's service config that spreads requests.

Reference:
    gRFC A17, Client-Side Health Checking:
    https://github.com/grpc/proposal/blob/master/A17-client-side-health-checking.md
"""


class Target(NamedTuple):
    """What a channel is opened to.

    Args:
        uri: As gRPC wants it.
        text: As people want it.
        host: The name that a certificate must be for, where `uri` does not say it; else empty.
        is_balanced: Whether there may be several servers.
    """

    uri: str
    text: str
    host: str
    is_balanced: bool


def find_target(address: str | Sequence[str], is_encrypted: bool) -> Target:
    """Find out what is meant by an address, or several.

    Args:
        address: "host:port"; several of them with commas between, or as a list; or
            "dns:///host:port" for every server that the name stands for, now and later.
        is_encrypted: Whether servers are to prove their names.

    Raises:
        ValueError: If one has no port, or servers of different names are to prove them.
        ServerUnavailableError: If one of several has a name that cannot be looked up.
    """
    addresses = address.split(",") if isinstance(address, str) else list(address)
    addresses = [one.strip() for one in addresses]
    if not addresses:
        raise ValueError('Expected at least one address, such as "localhost:8500"; received none.')
    text = ", ".join(addresses)
    if len(addresses) == 1 and text.startswith(_EACH_OF_A_NAME):
        check_address(text.removeprefix(_EACH_OF_A_NAME))
        return Target(text, text, "", True)
    for one in addresses:
        check_address(one)
    if len(addresses) == 1:
        return Target(text, text, "", False)
    hosts = {one.rpartition(":")[0] for one in addresses}
    if is_encrypted and len(hosts) > 1:
        raise ValueError(
            f"Expected several encrypted servers to be known by one name; received {text}. Let one "
            f'name stand for all of them ("{_EACH_OF_A_NAME}host:port"), or put a balancer before '
            f"them."
        )
    return Target(_uri(addresses), text, hosts.pop() if is_encrypted else "", True)


def _uri(addresses: Sequence[str]) -> str:
    found = [_look_up(address) for address in addresses]
    # A target has addresses of one kind.
    for scheme, family in (("ipv4", socket.AF_INET), ("ipv6", socket.AF_INET6)):
        of_kind = [[place for kind, place in places if kind == family] for places in found]
        if all(of_kind):
            places = dict.fromkeys(place for places in of_kind for place in places)
            return f"{scheme}:{','.join(places)}"
    raise ValueError(
        f"Expected several addresses that are all IPv4, or all IPv6; received "
        f"{', '.join(addresses)}."
    )


def _look_up(address: str) -> list[tuple[int, str]]:
    """Kind and place of each server that a "host:port" stands for."""
    host, port = re.fullmatch(r"\[?(.+?)\]?:([0-9]+)", address).groups()
    try:
        found = socket.getaddrinfo(host, int(port), type=socket.SOCK_STREAM)
    except OSError as cause:
        raise ServerUnavailableError(
            f"No server is called {host} ({cause}). Check the address {address}."
        ) from cause
    return [
        (family, f"[{place[0]}]:{port}" if family == socket.AF_INET6 else f"{place[0]}:{port}")
        for family, _, _, _, place in found
    ]
