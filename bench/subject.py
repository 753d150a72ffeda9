"""The chart that is measured: the combined timeline of us-2016, ours and drawn by Plotly."""

from __future__ import annotations

import plotly.graph_objects as go

from components.embeds.embed import Embed, embed_of
from components.render.plotly.figure import draw_figure
from components.view.view_state import default_view
from data.core.settings import Settings
from data.story.store import find_story

SLUG, CHART = "us-2016", "timeline"


def subject() -> Embed:
    story = find_story(SLUG, Settings())
    return embed_of(story, CHART, default_view(story), site="https://charts.example.org")


def plotly_figure() -> go.Figure:
    embed = subject()
    return go.Figure(draw_figure(embed.chart, embed.clock))


def plotly_page() -> str:
    """One file that needs no network, as Plotly writes it."""
    return str(plotly_figure().to_html(include_plotlyjs=True))
