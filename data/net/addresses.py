"""Which addresses may be asked at all: public ones, and those that the operator's settings name."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from threading import Thread
from typing import Any

from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url

from data.core.errors import DataError, SourceUnavailable

#: `socket.getaddrinfo`, or what stands in for it.
Resolve = Callable[..., list[tuple[Any, ...]]]
_RESOLVE_SECONDS = 10
#: A name, or a number in brackets, and a port if there is one.
_HOST = re.compile(r"([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::([0-9]{1,5}))?")
_LAST_PORT = 65_535
_PORTS = {"http": 80, "https": 443}
#: Addresses that are public by their number and yet answer for the machine's own host (Azure).
_METADATA = frozenset({IPv4Address("168.63.129.16")})
#: Every block of the IANA IPv4 special-purpose address registry, those that routers pass on too, and multicast.
_SPECIAL_4 = tuple(map(IPv4Network, (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
    "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
    "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
)))  # fmt: skip
#: What of the IPv6 registry lies in global unicast, but Teredo and 6to4, which are as public as what they lead to.
_SPECIAL_6 = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "2620:4f:8000::/48", "3fff::/20")))
_TEREDO = IPv6Network("2001::/32")
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")


class AddressRefused(DataError, ValueError):
    """An address that is not to be asked; the sentence says why."""


def parsed(url: str) -> Url:
    """The parts of an http(s) address, read by the parser that requests will use; AddressRefused for any other."""
    if re.search(r"[\x00-\x20\x7f\\]", url):
        raise AddressRefused("an address has no spaces, control characters or backslashes")
    try:
        parts = parse_url(url)
    except LocationParseError as error:
        raise AddressRefused("this is not an address that can be read") from error
    if parts.scheme not in _PORTS:
        raise AddressRefused("an address begins with https:// or http://")
    if not parts.host:
        raise AddressRefused("this address names no host")
    if parts.auth is not None:
        raise AddressRefused("an address with a name or password in it is not asked")
    return parts


def place_of(url: str) -> str:
    """`host` or `host:port` of an address, the port only where it is not the usual one."""
    parts = parsed(url)
    host = str(parts.host).rstrip(".").lower()
    return host if parts.port in (None, _PORTS[str(parts.scheme)]) else f"{host}:{parts.port}"


def public_addresses(host: str, port: int, resolve: Resolve = socket.getaddrinfo) -> tuple[str, ...]:
    """The numeric addresses of a host, all of them public.

    One address that is not is reason to refuse them all. AddressRefused, or SourceUnavailable if the name cannot be
    looked up.
    """
    found = addresses(host, port, resolve)
    for number in found:
        if not is_public(number):
            raise AddressRefused(f"{host} is at {number}, which is not a public address")
    return found


def addresses(host: str, port: int, resolve: Resolve = socket.getaddrinfo) -> tuple[str, ...]:
    """The numeric addresses of a host, in the order to try them; SourceUnavailable if there are none for now."""
    answers = _looked_up(host.strip("[]"), port, resolve)
    found = tuple(dict.fromkeys(str(answer[4][0]) for answer in answers))
    if not found:
        raise SourceUnavailable(f"{host} could not be found: the name has no address")
    return found


def _looked_up(host: str, port: int, resolve: Resolve) -> list[tuple[Any, ...]]:
    """What the resolver says, within a bounded time: getaddrinfo has no limit of its own."""
    said: list[list[tuple[Any, ...]] | Exception] = []

    def look_up() -> None:
        try:
            said.append(resolve(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            said.append(error)

    thread = Thread(target=look_up, daemon=True, name="look-up")
    thread.start()
    thread.join(_RESOLVE_SECONDS)
    if not said:
        raise SourceUnavailable(f"{host} could not be found: the name service did not answer")
    if isinstance(said[0], Exception):
        raise SourceUnavailable(f"{host} could not be found: the name has no address") from said[0]
    return said[0]


def is_loopback(host: str) -> bool:
    """Whether a host is this machine by its very name or number, also as a socket of IPv6 tells a number of IPv4."""
    try:
        address = ip_address(host.strip("[]"))
    except ValueError:
        return host == "localhost"
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback


def client_of(number: str) -> str:
    """Whom a numeric address stands for: itself, or of IPv6 the network of 64 bits that one client may number as it
    likes; empty for this machine, behind which everybody may stand.
    """
    try:
        address = ip_address(number.partition("%")[0])
    except ValueError:
        return number
    if is_loopback(str(address)):
        return ""
    if isinstance(address, IPv4Address):
        return str(address)
    return str(address.ipv4_mapped or IPv6Network((address, 64), strict=False))


def host_and_port(said: str) -> tuple[str, int | None]:
    """The name or number in a Host header, in lower case, and its port; an empty name for anything else."""
    found = _HOST.fullmatch(said)
    port = int(found[2]) if found and found[2] else None
    if not found or (port or 0) > _LAST_PORT:
        return "", None
    return found[1].strip("[]").rstrip(".").lower(), port


def is_public(number: str) -> bool:
    """Whether a numeric address is one of the public internet, and so is every IPv4 address that is packed in it."""
    try:
        address = ip_address(number.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, IPv4Address):
        return address not in _METADATA and not any(address in block for block in _SPECIAL_4)
    packed = tuple(_packed(address))
    if address in _NAT64 or address.ipv4_mapped:
        return all(is_public(str(inner)) for inner in packed)
    special = address not in _TEREDO and any(address in block for block in _SPECIAL_6)
    return address in _GLOBAL_UNICAST and not special and all(is_public(str(inner)) for inner in packed)


def _packed(address: IPv6Address) -> Iterator[IPv4Address]:
    """The IPv4 addresses that an IPv6 address leads to: mapped, 6to4, Teredo (server and client), NAT64."""
    yield from (inner for inner in (address.ipv4_mapped, address.sixtofour) if inner)
    yield from address.teredo or ()
    if address in _NAT64:
        yield IPv4Address(int(address) & 0xFFFFFFFF)
