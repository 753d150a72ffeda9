"""The app's server with two routes more: one that does nothing, and Plotly's own page of the chart that is measured."""

from __future__ import annotations

import gzip

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app import CACHES, FILES, ROOT, SETTINGS, lifespan
from bench.subject import plotly_page
from components.embeds.web.routes import routes
from components.server.middleware import CompressedAnswers, SecurityHeaders, app_policy, installed_index

_PAGE = gzip.compress(plotly_page().encode(), 6)


async def bare(_: Request) -> Response:
    """The least that Starlette can answer."""
    return JSONResponse({"status": "ok"})


async def plotly(_: Request) -> Response:
    """The page as a careful newsroom would serve it: compressed beforehand, and free to do what it does."""
    headers = {"Content-Encoding": "gzip", "Content-Security-Policy": "frame-ancestors 'self'"}
    return Response(_PAGE, media_type="text/html", headers=headers)


app = st.App(
    ROOT / "components" / "workbench" / "shell.py",
    lifespan=lifespan,
    routes=[Route("/bare", bare), Route("/plotly.html", plotly), *routes(SETTINGS, CACHES)],
    middleware=[
        Middleware(SecurityHeaders, policy=app_policy(installed_index())),
        Middleware(CompressedAnswers, files=FILES),
    ],
)
