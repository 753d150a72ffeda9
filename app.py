"""One ASGI process: the Streamlit workbench and our own HTTP routes.

Started by `streamlit run app.py`, `uvicorn app:app` or `python app.py`, from this folder.
"""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs

# The matrices of a study are small: with a thread of OpenBLAS for each of two cores it takes five times as long.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# Several first sessions at once on a cold server otherwise race these imports, and some see a half-imported pandas.
import numpy  # noqa: F401
import pandas  # noqa: F401
import plotly.graph_objects  # noqa: F401
import pyarrow  # noqa: F401
import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Scope

from components.cache.cached import PAGES, PICTURES, RUNS, STORIES, load_chart
from components.cache.render_cache import MOST_WAITING
from components.charts.catalogue import KINDS
from components.embeds.drawing_process import DRAWING
from components.embeds.web.routes import RouteCaches, routes
from components.server.connection_limits import bound_connections
from components.server.ending import bound_ending
from components.server.index_page import IndexPage, index_html
from components.server.middleware import AllowedHosts, CompressedAnswers, SecurityHeaders, app_policy
from components.server.ready import Readiness
from components.server.scheduled import publish_when_due
from components.server.sign_in_link import link_at_start, link_routes
from components.server.static_files import streamlit_files
from components.server.warm import warm
from components.view.view_state import parse_slug
from components.workbench.appearance import ICON
from components.workbench.developer_messages import GuardMessages
from components.workbench.notices import unexpected_failure
from components.workbench.page_links import OF_THE_DESK, places_here
from components.workbench.sign_in import check_sign_in
from components.workbench.turns import bound_runs
from components.workbench.write_access import GuardUploads, MarkOrigin, OwnMetrics
from components.workbench.write_gate import UPLOADS
from data.core.settings import Settings, read_settings

ROOT = Path(__file__).resolve().parent


def _settings() -> Settings:
    """The settings of this process; what is wrong with them ends it with one sentence."""
    try:
        settings = read_settings(os.environ)
        check_sign_in(settings)
        return settings
    except ValueError as error:
        sys.exit(str(error))


# Python lets a thread that draws keep the loop from its turn for 5 ms at a time, and a kept answer takes several turns.
sys.setswitchinterval(0.001)
bound_connections()
bound_runs()
bound_ending(PAGES.close, PICTURES.close, RUNS.close)
SETTINGS = _settings()
CACHES = RouteCaches.of(SETTINGS, stories=STORIES, chart=load_chart, pages=PAGES, pictures=PICTURES, call=DRAWING)
FILES = streamlit_files(SETTINGS)
_DAY = 86_400  # seconds
_BASE = st.get_option("server.baseUrlPath").strip("/")
#: Files that are being made, beside those that wait.
_AT_ONCE = 16


async def healthz(_: Request) -> Response:
    stories = len(STORIES.slugs(SETTINGS))
    return JSONResponse({"status": "ok", "stories": stories}, headers={"Cache-Control": "no-store"})


async def robots(_: Request) -> Response:
    rules = "User-agent: *\nDisallow: /_stcore/\n"
    rules += f"Sitemap: {SETTINGS.public_url}/sitemap.xml\n" if SETTINGS.public_url else ""
    return PlainTextResponse(rules, headers={"Cache-Control": f"max-age={_DAY}"})


async def favicon(_: Request) -> Response:
    return FileResponse(ICON, media_type="image/png", headers={"Cache-Control": f"max-age={_DAY}"})


def _place(scope: Scope) -> str:
    """The place of the workbench that this request asks for."""
    path: str = scope["path"].removeprefix(scope.get("root_path", "")).removeprefix(f"/{_BASE}" if _BASE else "")
    return path.strip("/")


def _is_charted(scope: Scope) -> bool:
    """Whether the page that answers this request has a chart: home has, which answers where there is none."""
    place = _place(scope)
    return place not in places_here() or place in ("", *(kind.page for kind in KINDS.values()))


def _is_there(scope: Scope) -> bool:
    """Whether a page of the workbench answers this request, and the story that its query may name is here."""
    place = _place(scope)
    query = {name: values[-1] for name, values in parse_qs(scope["query_string"].decode("latin-1")).items()}
    _, problems = parse_slug(query, STORIES.slugs(SETTINGS))
    # The desk has stories of its own, and whether one is there is told to nobody else.
    return place in places_here() and (not problems or place in OF_THE_DESK)


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    warm(SETTINGS)
    FILES.start()
    # Nothing loaded so far is ever garbage. A full collection takes 128 ms of a core before this, 60 ms after it with
    # 200 charts drawn, and 257 ms without it. So Streamlit's own after every rerun (postScriptGC) stays off, too: in a
    # soak of 22 minutes memory was as steady without it (docs/performance.md).
    gc.collect()
    gc.freeze()
    # Streamlit makes files of download buttons in threads of the loop, of which there are as many as cores and four:
    # those that wait for their turn in a queue would keep all others from theirs.
    threads = ThreadPoolExecutor(2 * MOST_WAITING + _AT_ONCE, thread_name_prefix="downloads")
    asyncio.get_running_loop().set_default_executor(threads)
    ended = publish_when_due(SETTINGS)
    sys.stdout.write(link_at_start(SETTINGS, port=st.get_option("server.port"), base=f"/{_BASE}" if _BASE else ""))
    sys.stdout.flush()
    yield
    ended.set()


app = st.App(
    ROOT / "components" / "workbench" / "shell.py",
    lifespan=lifespan,
    routes=[
        Route("/healthz", healthz),
        Route("/readyz", Readiness(SETTINGS, ROOT).answer),
        Route("/robots.txt", robots),
        Route("/favicon.ico", favicon),
        # The name that Streamlit's own page asks for first.
        Route("/favicon.png", favicon),
        *link_routes(SETTINGS, f"/{_BASE}" if _BASE else ""),
        *routes(SETTINGS, CACHES),
    ],
    middleware=[
        Middleware(AllowedHosts, public_url=SETTINGS.public_url),
        Middleware(MarkOrigin),
        Middleware(OwnMetrics),
        Middleware(GuardMessages),
        Middleware(GuardUploads, uploads=UPLOADS),
        Middleware(SecurityHeaders, policy=app_policy(index_html(charted=True))),
        Middleware(CompressedAnswers, files=FILES, base=_BASE),
        Middleware(IndexPage, is_there=_is_there, is_charted=_is_charted),
    ],
    on_script_error=unexpected_failure,
)

if __name__ == "__main__":
    # Streamlit's command line reads STREAMLIT_* variables; App.run does not, so PORT is read here, as `make run` does.
    app.run(config={"server.port": int(os.environ.get("PORT", "8501"))})
