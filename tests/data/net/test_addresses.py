from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest

from data.core.errors import SourceUnavailable
from data.net.addresses import (
    AddressRefused,
    client_of,
    host_and_port,
    is_loopback,
    is_public,
    parsed,
    place_of,
    public_addresses,
)


def at(*numbers: str) -> Callable[..., Any]:
    """A resolver that knows one answer."""
    return lambda host, port, **_: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, port)) for number in numbers]


PUBLIC = at("93.184.216.34")


def public_url(url: str, resolve: Callable[..., Any] = socket.getaddrinfo) -> str:
    """The address as it would be asked, of a host at public addresses alone."""
    parts = parsed(url)
    public_addresses(str(parts.host), parts.port or 443, resolve)
    return parts.url


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        pytest.param("https://status.example.com", "https://status.example.com", id="https"),
        pytest.param("HTTP://Status.Example.com/A?b=C", "http://status.example.com/A?b=C", id="letters of any case"),
        pytest.param("https://status.example.com:443/", "https://status.example.com:443/", id="its usual port"),
        pytest.param("https://élections.example/", "https://xn--lections-90a.example/", id="letters beyond ASCII"),
    ],
)
def test_a_public_address_is_taken_as_it_would_be_asked(typed: str, asked: str) -> None:
    assert public_url(typed, PUBLIC) == asked


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        pytest.param("", "begins with https", id="nothing"),
        pytest.param("example.com", "begins with https", id="no scheme"),
        pytest.param("ftp://example.com/", "begins with https", id="ftp"),
        pytest.param("file:///etc/passwd", "begins with https", id="a file"),
        pytest.param("javascript:alert(1)", "begins with https", id="a script"),
        pytest.param("gopher://example.com/", "begins with https", id="gopher"),
        pytest.param("https://", "names no host", id="no host"),
        pytest.param("https:///etc", "names no host", id="no host, a path"),
        pytest.param("https://me@example.com/", "name or password", id="a name"),
        pytest.param("https://me:secret@example.com/", "name or password", id="a password"),
        pytest.param("https://example.com:99999/", "cannot|can be read|port", id="no such port"),
        pytest.param("https://example.com\\@127.0.0.1/", "backslashes", id="a backslash"),
        pytest.param("https://example.com /", "spaces", id="a space"),
        pytest.param("https://exam\nple.com/", "control characters", id="a line end"),
        pytest.param("https://[::1", "can be read", id="half an address"),
    ],
)
def test_what_is_no_plain_web_address_is_refused(typed: str, sentence: str) -> None:
    with pytest.raises(AddressRefused, match=sentence):
        public_url(typed, PUBLIC)


@pytest.mark.parametrize(
    "number",
    [
        pytest.param("127.0.0.1", id="this machine"),
        pytest.param("127.255.255.254", id="this machine, the last"),
        pytest.param("0.0.0.0", id="no address"),
        pytest.param("10.1.2.3", id="private, 10"),
        pytest.param("172.16.0.1", id="private, 172.16"),
        pytest.param("192.168.1.1", id="private, 192.168"),
        pytest.param("100.64.0.1", id="shared by a provider"),
        pytest.param("100.100.100.200", id="metadata of a cloud, shared range"),
        pytest.param("169.254.169.254", id="metadata of a cloud, link-local"),
        pytest.param("168.63.129.16", id="metadata of a cloud, a public number"),
        pytest.param("192.0.2.1", id="for documents"),
        pytest.param("198.18.0.1", id="for benchmarks"),
        pytest.param("192.0.0.192", id="for protocols"),
        pytest.param("192.0.0.9", id="for protocols, routed"),
        pytest.param("192.88.99.1", id="6to4 relay"),
        pytest.param("192.31.196.1", id="a sink of names"),
        pytest.param("198.51.100.1", id="for documents, the second block"),
        pytest.param("203.0.113.1", id="for documents, the third block"),
        pytest.param("224.0.0.1", id="multicast"),
        pytest.param("240.0.0.1", id="reserved"),
        pytest.param("255.255.255.255", id="broadcast"),
        pytest.param("::", id="IPv6, no address"),
        pytest.param("::1", id="IPv6, this machine"),
        pytest.param("fe80::1%eth0", id="IPv6, link-local"),
        pytest.param("fec0::1", id="IPv6, site-local"),
        pytest.param("fc00::1", id="IPv6, private"),
        pytest.param("fd00:ec2::254", id="IPv6, metadata of a cloud"),
        pytest.param("ff02::1", id="IPv6, multicast"),
        pytest.param("2001:db8::1", id="IPv6, for documents"),
        pytest.param("3fff::1", id="IPv6, for documents, the newer block"),
        pytest.param("3fff:fff:ffff::1", id="IPv6, for documents, the newer block's end"),
        pytest.param("2001:2::1", id="IPv6, for benchmarks"),
        pytest.param("2001:20::1", id="IPv6, names of keys"),
        pytest.param("2620:4f:8000::1", id="IPv6, a sink of names"),
        pytest.param("100::1", id="IPv6, thrown away"),
        pytest.param("5f00::1", id="IPv6, segments of a route"),
        pytest.param("::ffff:127.0.0.1", id="mapped, this machine"),
        pytest.param("::ffff:169.254.169.254", id="mapped, metadata"),
        pytest.param("::ffff:10.0.0.1", id="mapped, private"),
        pytest.param("::127.0.0.1", id="compatible, this machine"),
        pytest.param("2002:7f00:1::", id="6to4, this machine"),
        pytest.param("2002:a9fe:a9fe::", id="6to4, metadata"),
        pytest.param("64:ff9b::7f00:1", id="NAT64, this machine"),
        pytest.param("64:ff9b::a00:1", id="NAT64, private"),
        pytest.param("64:ff9b:1::a00:1", id="NAT64, local"),
        pytest.param("2001:0:7f00:1::", id="Teredo, a private server"),
        pytest.param("2001:0:5db8:d822:0:0:f5ff:fffe", id="Teredo, a private client"),
        pytest.param("not a number", id="no number at all"),
    ],
)
def test_a_host_at_an_address_that_is_not_public_is_refused(number: str) -> None:
    assert not is_public(number)
    with pytest.raises(AddressRefused, match="not a public address"):
        public_url("https://status.example.com/", at(number))


@pytest.mark.parametrize(
    "number",
    [
        pytest.param("93.184.216.34", id="IPv4"),
        pytest.param("192.0.1.1", id="beside the block for protocols"),
        pytest.param("192.88.98.255", id="beside the 6to4 relays"),
        pytest.param("2606:4700::1111", id="IPv6"),
        pytest.param("2001:4860:4860::8888", id="IPv6, beside the block for protocols"),
        pytest.param("3ffe:ffff::1", id="IPv6, beside the newer block for documents"),
        pytest.param("::ffff:93.184.216.34", id="mapped"),
        pytest.param("64:ff9b::5db8:d822", id="NAT64"),
    ],
)
def test_a_public_number_is_public_however_it_is_written(number: str) -> None:
    assert is_public(number)


def test_one_inner_address_among_public_ones_is_enough_to_refuse() -> None:
    with pytest.raises(AddressRefused, match=r"is at 10\.0\.0\.1"):
        public_url("https://status.example.com/", at("93.184.216.34", "10.0.0.1"))


@pytest.mark.parametrize("host", ["2130706433", "0x7f.0.0.1", "127.1", "0177.0.0.1", "[::ffff:7f00:1]", "localhost"])
def test_this_machine_is_found_out_in_any_spelling(host: str) -> None:
    with pytest.raises(AddressRefused, match="not a public address"):
        public_url(f"http://{host}/")


def test_a_name_that_cannot_be_looked_up_may_work_later() -> None:
    def unknown(*_: object, **__: object) -> Any:
        raise socket.gaierror(-3, "try again")

    with pytest.raises(SourceUnavailable, match=r"status\.example\.com could not be found"):
        public_url("https://status.example.com/", unknown)


def test_a_name_service_that_never_answers_does_not_hold_anybody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data.net.addresses._RESOLVE_SECONDS", 0.05)
    never = threading.Event()

    def silent(*_: object, **__: object) -> list[tuple[Any, ...]]:
        never.wait(5)
        return []

    with pytest.raises(SourceUnavailable, match="the name service did not answer"):
        public_url("https://status.example.com/", silent)
    never.set()


@pytest.mark.parametrize(
    ("url", "place"),
    [
        pytest.param("https://Example.com/a", "example.com", id="https"),
        pytest.param("http://example.com:80", "example.com", id="the usual port"),
        pytest.param("http://example.com:443", "example.com:443", id="the port of the other scheme"),
        pytest.param("http://127.0.0.1:8080/x", "127.0.0.1:8080", id="another port"),
        pytest.param("https://example.com./", "example.com", id="a dot at the end"),
        pytest.param("http://[::1]:8080/", "[::1]:8080", id="IPv6"),
    ],
)
def test_a_place_is_a_host_and_any_port_that_is_not_its_usual_one(url: str, place: str) -> None:
    assert place_of(url) == place


@pytest.mark.parametrize(
    ("host", "is_own"),
    [
        pytest.param("localhost", True, id="its name"),
        pytest.param("127.0.0.1", True, id="its usual number"),
        pytest.param("127.3.2.1", True, id="any number of its block"),
        pytest.param("[::1]", True, id="in brackets"),
        pytest.param("::ffff:127.0.0.1", True, id="a number of IPv4 as a socket of IPv6 tells it"),
        pytest.param("::ffff:203.0.113.9", False, id="somebody's, told so"),
        pytest.param("203.0.113.9", False, id="somebody's"),
        pytest.param("localhost.example", False, id="a name like its own"),
        pytest.param("", False, id="none"),
    ],
)
def test_the_loopback_is_known_by_its_name_and_by_all_its_numbers(host: str, is_own: bool) -> None:
    assert is_loopback(host) is is_own


@pytest.mark.parametrize(
    ("said", "place"),
    [
        pytest.param("Desk.Example.org", ("desk.example.org", None), id="a name"),
        pytest.param("desk.example.org.:8501", ("desk.example.org", 8501), id="a rooted name with a port"),
        pytest.param("[::1]:8501", ("::1", 8501), id="a number in brackets"),
        pytest.param("me@desk.example.org", ("", None), id="a user"),
        pytest.param("desk.example.org/", ("", None), id="a path"),
        pytest.param("localhost:", ("", None), id="a colon without a port"),
        pytest.param("localhost:99999", ("", None), id="a port too high"),
        pytest.param("::1", ("", None), id="a number without its brackets"),
    ],
)
def test_a_host_header_is_a_name_and_a_port_or_nothing(said: str, place: tuple[str, int | None]) -> None:
    assert host_and_port(said) == place


@pytest.mark.parametrize(
    ("number", "client"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("127.0.0.1", ""),
        ("::1", ""),
        ("::ffff:127.0.0.1", ""),
        ("", ""),
        ("testclient", "testclient"),
    ],
)
def test_a_client_is_an_address_or_the_network_that_it_numbers_as_it_likes(number: str, client: str) -> None:
    assert client_of(number) == client
