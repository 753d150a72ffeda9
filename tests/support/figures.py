"""What is found in a figure that Plotly draws, as plain values."""

from __future__ import annotations

import re
from typing import Any


def places_of(shapes: list[dict[str, Any]]) -> list[str]:
    """Where shapes on the clock stand: the ends of each line, of whose paths a time has _ for T, and each anchor."""
    on_the_clock = [shape for shape in shapes if shape["xref"] == "x"]
    corners = [corner for shape in on_the_clock for corner in re.findall(r"[ML]([^,]+),", shape.get("path", ""))]
    return [corner.replace("_", "T") for corner in corners] + [
        shape["xanchor"] for shape in on_the_clock if "xanchor" in shape
    ]
