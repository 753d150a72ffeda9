"""What is running: versions of what answers depend on, the commit it was built from, and the server's parts."""

from __future__ import annotations

import asyncio
import platform
import re
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from data.http import VERSION

_PACKAGES = ("streamlit", "plotly", "pandas")
_COMMIT = re.compile(r"[0-9a-f]{7,64}")


def versions() -> dict[str, str]:
    """Nightdesk's own version, Python's, and those of the packages that draw."""
    packages = {name: version(name) for name in _PACKAGES}
    return {"nightdesk": VERSION, "python": platform.python_version(), **packages}


def server_parts() -> dict[str, str]:
    """The event loop in force, and the HTTP parser that uvicorn takes up here; to be called on the loop."""
    from uvicorn.protocols.http.auto import AutoHTTPProtocol

    loop = type(asyncio.get_running_loop()).__module__.partition(".")[0]
    parser = AutoHTTPProtocol.__module__.rpartition(".")[2].removesuffix("_impl")
    return {"loop": loop, "http": parser}


def commit_of(root: Path, environ: Mapping[str, str]) -> str | None:
    """The commit in NIGHTDESK_COMMIT, else the one that is checked out in this folder; None where neither says."""
    if _COMMIT.fullmatch(named := environ.get("NIGHTDESK_COMMIT", "").strip().casefold()):
        return named
    try:
        found = _checked_out(root / ".git")
    except (OSError, ValueError):
        return None
    return found if _COMMIT.fullmatch(found) else None


def _checked_out(git: Path) -> str:
    """What HEAD names, directly or by a branch; a worktree's branches are with its main folder."""
    if git.is_file():
        git = (git.parent / _read(git).removeprefix("gitdir: ")).resolve()
    head = _read(git / "HEAD")
    if not head.startswith("ref: "):
        return head
    name = head.removeprefix("ref: ")
    shared = (git / _read(git / "commondir")).resolve() if (git / "commondir").is_file() else git
    if (branch := shared / name).is_file():
        return _read(branch)
    packed = (line.split() for line in _read(shared / "packed-refs").splitlines())
    return next((line[0] for line in packed if line[1:] == [name]), "")


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8").strip()
