"""What the environment may say about where stories live."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """Folders of a newsroom's own stories, the first one first; no folder is promised to exist."""

    stories: tuple[Path, ...] = ()


def read_settings(environ: Mapping[str, str]) -> Settings:
    """The settings of an environment.

    NIGHTDESK_STORIES names one folder of stories, or several separated as in PATH; `~` is the home folder.
    """
    named = environ.get("NIGHTDESK_STORIES", "").split(os.pathsep)
    return Settings(stories=tuple(Path(name.strip()).expanduser() for name in named if name.strip()))
