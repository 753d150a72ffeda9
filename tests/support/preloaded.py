"""What a server imports and makes ready as it starts, for those that are forked; no thread is left of it.

What is kept is kept by what it was made of: a server whose stories are others, or whose settings are, makes its own.
"""

from __future__ import annotations

import gc
import os

import numpy  # noqa: F401
import pandas  # noqa: F401
import plotly.graph_objects  # noqa: F401
import pyarrow  # noqa: F401
import streamlit.web.cli  # noqa: F401
import uvicorn  # noqa: F401
from streamlit.components.v2 import manifest_scanner

import data.desk.desk  # noqa: F401
from components.server.warm import warm
from data.core.settings import Settings
from tests.support.read_once import look_for_packages_once, pack_scripts_once, read_stories_once

# What a test sets is for the servers that it starts.
for name in [name for name in os.environ if name.startswith("NIGHTDESK_")]:
    del os.environ[name]
read_stories_once()
look_for_packages_once()
manifest_scanner.scan_component_manifests()
warm(Settings())
pack_scripts_once()
gc.collect()
gc.freeze()
