"""Streamlit's own files go out packed, each packing under a tag of its own, and everything else as it was."""

from __future__ import annotations

import asyncio
import gzip
import random
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import brotli
import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Message

from components.server.middleware import CompressedAnswers, SecurityHeaders
from components.server.static_files import CompressedFiles
from data.core.compress import accepted, compress, compressed_tag, decompress, plain_tags

SCRIPT = b"export const words = 'to be or not to be';\n" * 200
FILES = {"index.html": b"<!doctype html>" + b"<p>A page.</p>" * 60, "static/js/app.js": SCRIPT, "static/tiny.js": b"1;"}
PICTURE = b"\x89PNG" + bytes(5000)


class Site:
    """A static folder as Streamlit serves its own, behind the middleware, and the whole answer to a request."""

    def __init__(self, files: CompressedFiles, root: Path, base: str = "") -> None:
        async def packed_on_the_way(_: Request) -> Response:
            body = gzip.compress(SCRIPT)
            return Response(body, headers={"Content-Encoding": "gzip", "ETag": '"plain"', "Vary": "Accept-Encoding"})

        async def sent(request: Request) -> Response:
            return PlainTextResponse(f"{request.method} {len(await request.body())}")

        routes = [
            Route("/media/rows.csv", packed_on_the_way),
            Route("/upload", sent, methods=["POST"]),
            Mount(base or "/", StaticFiles(directory=root, html=True)),
        ]
        middleware = [
            Middleware(SecurityHeaders, policy="default-src 'self'"),
            Middleware(CompressedAnswers, files=files, base=base),
        ]
        self._app = Starlette(routes=routes, middleware=middleware)

    def ask(self, path: str, method: str = "GET", **headers: str) -> tuple[int, Mapping[str, str], bytes]:
        """Status, headers and body; `_` in names of headers is `-`."""
        return asyncio.run(self._ask(path, method, headers))

    async def _ask(self, path: str, method: str, headers: Mapping[str, str]) -> tuple[int, Mapping[str, str], bytes]:
        given = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        scope = {"type": "http", "http_version": "1.1", "method": method, "path": path, "raw_path": path.encode()}
        scope |= {"root_path": "", "query_string": b"", "headers": given, "scheme": "http", "server": ("desk", 80)}
        sent, asked = list[Message](), [b"body"]

        async def receive() -> dict[str, Any]:
            if asked:
                return {"type": "http.request", "body": asked.pop(), "more_body": False}
            return await asyncio.Future()  # the asker stays and says nothing more

        async def send(message: Message) -> None:
            sent.append(message)

        await self._app(scope, receive, send)
        start = sent[0]
        body = b"".join(message.get("body", b"") for message in sent[1:])
        return start["status"], {key.decode(): value.decode() for key, value in start["headers"]}, body


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "static folder"
    for name, content in {**FILES, "static/media/icon.png": PICTURE}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    return root


@pytest.fixture
def files(root: Path, tmp_path: Path) -> CompressedFiles:
    return ready(root, tmp_path / "cache")


@pytest.fixture
def site(files: CompressedFiles, root: Path) -> Site:
    return Site(files, root)


def ready(root: Path, folder: Path) -> CompressedFiles:
    """Files with all their packings, made in this process."""
    files = CompressedFiles(root, folder)
    with suppress(OSError):
        files.pack_all()
    files.take_up()
    return files


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        pytest.param("gzip, deflate, br, zstd", ("br", "gzip"), id="a browser"),
        pytest.param("gzip", ("gzip",), id="an old proxy"),
        pytest.param("BR;q=0.5, GZIP;q=1.0", ("br", "gzip"), id="upper case and weights"),
        pytest.param("br;q=0, gzip", ("gzip",), id="Brotli refused"),
        pytest.param("*", ("br", "gzip"), id="anything"),
        pytest.param("*, br;q=0", ("gzip",), id="anything but Brotli"),
        pytest.param("*;q=0", (), id="nothing"),
        pytest.param("identity", (), id="plain only"),
        pytest.param("", (), id="no header"),
        pytest.param("x-gzip, brotli, ;;;,=", (), id="words that name none"),
    ],
)
def test_what_an_asker_reads_is_what_it_is_sent(header: str, expected: tuple[str, ...]) -> None:
    assert accepted(header) == expected


@pytest.mark.parametrize("encoding", ["br", "gzip"])
def test_packing_is_undone_by_unpacking_and_is_the_same_each_time(encoding: str) -> None:
    packed = compress(SCRIPT, encoding)
    assert decompress(packed, encoding) == SCRIPT
    assert packed == compress(SCRIPT, encoding)
    assert len(packed) < len(SCRIPT) / 10


@pytest.mark.parametrize("encoding", ["br", "gzip"])
@pytest.mark.parametrize(
    "body",
    [pytest.param(b"short" * 20, id="tiny"), pytest.param(random.Random(1).randbytes(5000), id="as small as it gets")],
)
def test_what_would_not_get_smaller_is_left_alone(body: bytes, encoding: str) -> None:
    assert compress(body, encoding) == b""


@pytest.mark.parametrize("encoding", ["br", "gzip"])
def test_bytes_that_nobody_packed_are_refused_with_their_packing(encoding: str) -> None:
    with pytest.raises(ValueError, match=f"not packed by {encoding}"):
        decompress(b"<!doctype html>", encoding)


def test_a_tag_names_the_packing_and_gives_the_plain_tag_back() -> None:
    assert compressed_tag('"abc"', "br") == '"abc-br"'
    assert plain_tags('W/"abc-br", "abc-gzip", "abc"', "br") == ('"abc"',)


@pytest.mark.parametrize(("encoding", "unpacked"), [("br", brotli.decompress), ("gzip", gzip.decompress)])
def test_a_script_goes_out_packed(encoding: str, unpacked: Any, site: Site) -> None:
    _, plain, _ = site.ask("/static/js/app.js")
    status, headers, body = site.ask("/static/js/app.js", accept_encoding=encoding)
    assert (status, unpacked(body)) == (200, SCRIPT)
    assert headers["content-encoding"] == encoding
    assert headers["content-length"] == str(len(body))
    assert headers["vary"] == "Accept-Encoding"
    assert headers["content-type"] == plain["content-type"]
    assert headers["last-modified"] == plain["last-modified"]
    assert headers["accept-ranges"] == "none"


def test_the_bare_address_is_the_page_and_is_packed_too(site: Site) -> None:
    _, headers, body = site.ask("/", accept_encoding="br")
    assert (headers["content-encoding"], brotli.decompress(body)) == ("br", FILES["index.html"])


def test_every_packing_has_a_strong_tag_of_its_own(site: Site) -> None:
    tags = {site.ask("/static/js/app.js", accept_encoding=wish)[1]["etag"] for wish in ("identity", "gzip", "br")}
    assert len(tags) == 3
    assert all(tag.startswith('"') for tag in tags)


@pytest.mark.parametrize("wish", ["identity", "gzip", "br"])
def test_what_is_held_is_not_sent_again(wish: str, site: Site) -> None:
    _, first, _ = site.ask("/static/js/app.js", accept_encoding=wish)
    status, headers, body = site.ask("/static/js/app.js", accept_encoding=wish, if_none_match=first["etag"])
    assert (status, body) == (304, b"")
    assert headers["etag"] == first["etag"]
    assert headers["vary"] == "Accept-Encoding"
    assert "content-encoding" not in headers


@pytest.mark.parametrize(
    ("held", "wish"),
    [
        pytest.param("br", "gzip", id="Brotli held, gzip wanted"),
        pytest.param("identity", "br", id="plain held, Brotli wanted"),
        pytest.param("gzip", "identity", id="gzip held, plain wanted"),
    ],
)
def test_another_packing_held_is_not_this_one(held: str, wish: str, site: Site) -> None:
    _, first, _ = site.ask("/static/js/app.js", accept_encoding=held)
    assert site.ask("/static/js/app.js", accept_encoding=wish, if_none_match=first["etag"])[0] == 200


def test_a_date_that_has_not_passed_is_enough_without_a_tag(site: Site) -> None:
    _, first, _ = site.ask("/static/js/app.js", accept_encoding="br")
    again = site.ask("/static/js/app.js", accept_encoding="br", if_modified_since=first["last-modified"])
    assert (again[0], again[1]["etag"]) == (304, first["etag"])


def test_head_says_the_same_without_a_body(site: Site) -> None:
    _, whole, _ = site.ask("/static/js/app.js", accept_encoding="br")
    status, headers, body = site.ask("/static/js/app.js", "HEAD", accept_encoding="br")
    assert (status, headers, body) == (200, whole, b"")


def test_a_range_is_one_of_the_plain_file(site: Site) -> None:
    status, headers, body = site.ask("/static/js/app.js", accept_encoding="br, gzip", range="bytes=0-9")
    assert (status, body) == (206, SCRIPT[:10])
    assert "content-encoding" not in headers
    assert headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/static/media/icon.png", id="a picture"),
        pytest.param("/static/tiny.js", id="a tiny file"),
    ],
)
def test_what_packing_would_not_help_goes_out_as_it_is(path: str, site: Site) -> None:
    status, headers, _ = site.ask(path, accept_encoding="br, gzip")
    assert status == 200
    assert "content-encoding" not in headers


def test_packed_answers_carry_the_security_headers(site: Site) -> None:
    _, headers, _ = site.ask("/static/js/app.js", accept_encoding="br")
    assert headers["content-security-policy"] == "default-src 'self'"
    assert headers["x-content-type-options"] == "nosniff"


def test_a_tag_does_not_vouch_for_what_was_packed_on_the_way(site: Site) -> None:
    _, headers, body = site.ask("/media/rows.csv", accept_encoding="gzip")
    assert (headers["etag"], gzip.decompress(body)) == ('W/"plain"', SCRIPT)


def test_what_is_sent_to_the_server_passes_through(site: Site) -> None:
    assert site.ask("/upload", "POST", accept_encoding="br")[2] == b"POST 4"


def test_a_file_that_was_changed_under_the_server_goes_out_as_it_is_now(site: Site, root: Path) -> None:
    (root / "static/js/app.js").write_bytes(b"new();")
    _, headers, body = site.ask("/static/js/app.js", accept_encoding="br")
    assert (body, "content-encoding" in headers) == (b"new();", False)


def test_below_a_path_of_its_own_the_same_files_are_packed(files: CompressedFiles, root: Path) -> None:
    site = Site(files, root, base="/desk")
    assert site.ask("/desk/static/js/app.js", accept_encoding="br")[1]["content-encoding"] == "br"


def test_what_was_packed_once_is_taken_up_by_the_next_start(files: CompressedFiles, root: Path, tmp_path: Path) -> None:
    assert "/static/js/app.js" in files
    following = CompressedFiles(root, tmp_path / "cache")
    assert following.take_up()
    assert following.find("/static/js/app.js", ["br"]) == files.find("/static/js/app.js", ["br"])


@pytest.mark.parametrize(
    "left",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"half", id="cut short"),
        pytest.param(brotli.compress(b"steal()"), id="another script"),
    ],
)
def test_a_kept_file_that_is_not_what_it_says_is_never_sent(left: bytes, root: Path, tmp_path: Path) -> None:
    ready(root, tmp_path / "cache")
    for kept in (tmp_path / "cache").glob("*.br"):
        kept.write_bytes(left)
    following = CompressedFiles(root, tmp_path / "cache")
    following.take_up()
    assert following.find("/static/js/app.js", ["br"]) is None
    assert ready(root, tmp_path / "cache").find("/static/js/app.js", ["br"]) is not None


def test_where_nothing_can_be_kept_pages_go_out_by_gzip(root: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be", encoding="utf-8")
    site = Site(ready(root, tmp_path / "cache"), root)
    _, headers, body = site.ask("/static/js/app.js", accept_encoding="br, gzip")
    assert (headers["content-encoding"], gzip.decompress(body)) == ("gzip", SCRIPT)


def test_before_anything_is_ready_the_first_who_asks_has_the_file_by_gzip(root: Path, tmp_path: Path) -> None:
    _, headers, body = Site(CompressedFiles(root, tmp_path), root).ask("/static/js/app.js", accept_encoding="br, gzip")
    assert (headers["content-encoding"], gzip.decompress(body)) == ("gzip", SCRIPT)


def test_a_file_that_is_gone_is_not_found_rather_than_an_error(root: Path, tmp_path: Path) -> None:
    site = Site(CompressedFiles(root, tmp_path), root)
    (root / "static/js/app.js").unlink()
    assert site.ask("/static/js/app.js", accept_encoding="gzip")[0] == 404


def test_before_anything_is_ready_who_reads_brotli_alone_has_the_plain_file(root: Path, tmp_path: Path) -> None:
    _, headers, body = Site(CompressedFiles(root, tmp_path), root).ask("/static/js/app.js", accept_encoding="br")
    assert (body, headers["vary"]) == (SCRIPT, "Accept-Encoding")


@pytest.mark.parametrize(
    ("said", "encoding"), [("gzip", "gzip"), ("gzip;q=0", None), ("gzip; q=0.0, identity", None), ("*;q=0", None)]
)
def test_what_is_packed_on_the_way_is_packed_only_for_one_who_reads_it(said: str, encoding: str | None) -> None:
    """Streamlit's own packing looks for the word alone."""
    inner = GZipMiddleware(PlainTextResponse("page " * 1000))
    app = CompressedAnswers(inner, CompressedFiles(Path("/nowhere"), Path("/nowhere")))
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    headers = [(b"accept-encoding", said.encode())]
    scope = {"type": "http", "method": "GET", "path": "/timeline", "headers": headers}
    asyncio.run(app(scope, receive, send))
    assert Headers(raw=sent[0]["headers"]).get("content-encoding") == encoding


@pytest.mark.slow
def test_the_app_sends_its_largest_script_packed(server: str) -> None:
    for path in plotly_script():
        request = urllib.request.Request(server + path, headers={"Accept-Encoding": "gzip"})
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60) as answer:
            headers, body = answer.headers, answer.read()
        assert headers["content-encoding"] == "gzip"
        assert len(body) < 1_500_000 < len(gzip.decompress(body))
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["cache-control"] == "public, immutable, max-age=31536000"


def plotly_script() -> Iterator[str]:
    import streamlit

    static = Path(streamlit.__file__).parent / "static"
    yield from (f"/{path.relative_to(static).as_posix()}" for path in static.rglob("PlotlyChart*.js"))
