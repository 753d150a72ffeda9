"""The tables of a page without a browser, as what its own script draws them from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pandas as pd
from streamlit.testing.v1 import AppTest


def tables_of(page: AppTest) -> list[pd.DataFrame]:
    """Every table of the page with its columns, each cell all that it says: text, names of links and folded lines."""
    return [
        pd.DataFrame([[_said(cell) for cell in row] for row in data["rows"]], columns=pd.Index(data["columns"]))
        for data in _drawn(page)
    ]


def rows_of(page: AppTest) -> set[str]:
    """The names of the rows that the tables of the page list."""
    return {name for data in _drawn(page) for name in data["ids"] if name}


def links_of(page: AppTest) -> set[str]:
    """Every address that a table of the page leads to."""
    cells = [cell for data in _drawn(page) for row in data["rows"] for cell in row]
    parts = [*cells, *(line for cell in cells for line in cell.get("more", []))]
    return {address for part in parts for _, address in part.get("links", [])}


def _drawn(page: AppTest) -> Iterator[dict[str, Any]]:
    for element in page.get("bidi_component"):
        if element.proto.component_name == "nightdesk.table":
            yield json.loads(element.proto.json)


def _said(cell: dict[str, Any]) -> str:
    lines = [
        cell["text"],
        *(text for text, _ in cell.get("links", [])),
        *(line["text"] for line in cell.get("more", [])),
    ]
    return " ".join(filter(None, lines))
