"""The page of HTML that Streamlit serves for every address: what it is told and asks for, and 404 where no page is."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import streamlit
from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import get_option

from components.server.middleware import installed_index
from components.workbench.appearance import FIGURES_COOKIE, WIDE_FROM
from data.core.compress import accepted, compress

_FIRST_CHART = Path(__file__).resolve().parent / "first_chart.js"
_INDEX = Path(streamlit.__file__).parent / "static" / "index.html"
#: Without it a browser that opens /timeline asks /timeline/_stcore/ first, and is told 404 twice.
#: And without the theme's font it begins with Streamlit's own.
_TOLD = (
    '<script>window.__streamlit = {BACKEND_BASE_URL: new URL(".", location.href).href, '
    "LIGHT_THEME: %(theme)s, DARK_THEME: %(theme)s};"
    # Which figure of a chart this window shows: the server hears it with the websocket, and draws the other for nobody.
    'document.cookie = "%(cookie)s=" + (matchMedia("(min-width: %(wide)s)").matches ? "wide" : "narrow")'
    ' + "; path=/; SameSite=Strict"</script>'
)
#: That is 171 kB, asked for ahead, in which nothing is written.
_FONT = re.compile(r'\s*<link\s+rel="preload"[^>]*\sas="font"[^>]*>')
#: Elements of Streamlit's on every page, and beside every chart; each has a script of its name.
_EVERYWHERE = ("PageLink", "Html")
_BESIDE_CHARTS = ("ButtonGroup", "Button", "DownloadButton", "BidiComponent", "Checkbox")
_CHART = "PlotlyChart"
_IMPORTED = re.compile(r'(?:from|import)"\./([^"/]+\.js)"')


@cache
def index_html(*, charted: bool = False) -> str:
    """The page of the installed Streamlit with the address of its server, its font and the scripts it will need.

    Streamlit names those it begins with, and asks for others once an element needs them: what draws a chart, 4.7 MB
    and a second of work, would wait for the run of the page. Where a page is `charted` it is made ready meanwhile.
    """
    theme = json.dumps({"bodyFont": get_option("theme.font")})
    told = _TOLD % {"theme": theme, "cookie": FIGURES_COOKIE, "wide": WIDE_FROM}
    page = _FONT.sub("", installed_index()).replace("<script>", f"{told}\n    <script>", 1)
    return page.replace("</head>", f"{_asked_ahead(page, charted)}</head>", 1)


def _asked_ahead(page: str, charted: bool) -> str:
    """Links to the scripts that this page will need and does not name; what draws a chart is run once it can be."""
    scripts = _scripts_of((*_EVERYWHERE, *(_BESIDE_CHARTS if charted else ())))
    drawing = _scripts_of((_CHART,)) if charted else []
    links = [
        f'<link rel="modulepreload" crossorigin href="./static/js/{name}">'
        for name in dict.fromkeys((*scripts, *drawing))
        if name not in page
    ]
    if drawing:
        links.append(f"<script>{first_chart_script(f'./static/js/{drawing[0]}')}</script>")
    return "".join(f"  {link}\n  " for link in links)


def first_chart_script(drawing: str) -> str:
    """What brings the work of a first visit into order, told the address of the script that draws charts."""
    return _FIRST_CHART.read_text(encoding="utf-8").replace("%(drawing)s", json.dumps(drawing))


def _scripts_of(elements: Iterable[str]) -> list[str]:
    """Streamlit's files for these elements, each before what it imports; none for a name that it has no more."""
    folder = _INDEX.parent / "static" / "js"
    waiting = [path.name for element in elements for path in folder.glob(f"{element}.????????.js")]
    found: list[str] = []
    while waiting:
        name = waiting.pop(0)
        if name not in found:
            found.append(name)
            waiting[:0] = _IMPORTED.findall((folder / name).read_text(encoding="utf-8"))
    return found


class IndexPage:
    """ASGI middleware: sends our page wherever Streamlit sends its own.

    `is_there` says of a request whether 404, `is_charted` whether there is a chart on the page that answers it.
    """

    def __init__(self, app: ASGIApp, is_there: Callable[[Scope], bool], is_charted: Callable[[Scope], bool]) -> None:
        self.app, self._is_there, self._is_charted = app, is_there, is_charted
        self._tag = FileResponse(_INDEX, stat_result=_INDEX.stat()).headers["etag"]
        self._bodies = {charted: _packed(index_html(charted=charted)) for charted in (False, True)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        taken = False

        async def own(message: Message) -> None:
            nonlocal taken
            if message["type"] == "http.response.start" and self._is_index(message):
                taken = True
                await self._answer(scope)(scope, receive, send)
            elif not taken:
                await send(message)

        await self.app(scope, receive, own)

    def _is_index(self, start: Message) -> bool:
        return Headers(raw=start["headers"]).get("etag", "").removeprefix("W/") == self._tag

    def _answer(self, scope: Scope) -> Response:
        wanted = accepted(Headers(scope=scope).get("accept-encoding", ""))
        bodies = self._bodies[self._is_charted(scope)]
        encoding = next((name for name in wanted if bodies.get(name)), "")
        headers = {"Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
        headers |= {"Content-Encoding": encoding} if encoding else {}
        status = 200 if self._is_there(scope) else 404
        return Response(bodies[encoding], status, headers, "text/html")


def _packed(html: str) -> dict[str, bytes]:
    plain = html.encode()
    return {"": plain, **{name: compress(plain, name) for name in ("gzip", "br")}}
