"""What a server imports, for those that are forked: nothing here starts a thread of Python or reads the environment."""

from __future__ import annotations

import gc

import numpy  # noqa: F401
import pandas  # noqa: F401
import plotly.graph_objects  # noqa: F401
import pyarrow  # noqa: F401
import streamlit.web.cli  # noqa: F401
import uvicorn  # noqa: F401

import data.desk.desk  # noqa: F401
from components.server.warm import import_everything

import_everything()
gc.collect()
gc.freeze()
