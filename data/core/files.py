"""Files that are whole or not there, whenever the writer is stopped."""

from __future__ import annotations

import hashlib
import os
import time
import uuid
from contextlib import suppress
from pathlib import Path

_LEFT_OVER_SECONDS = 3600


def write_whole(path: Path, data: bytes) -> None:
    """Put `data` at `path` in one step, surely on disk when this returns. OSError where the disk refuses."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.parent / f".{uuid.uuid4().hex}.part"
    try:
        with part.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def leads_out(path: Path, folder: Path) -> bool:
    """Whether a path below a folder leads to something outside of it, by a link of its own or on its way."""
    return not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))


def try_to_write(folder: Path) -> None:
    """Write a block in a folder, surely on disk, and remove it again; OSError where the disk refuses."""
    part = folder / f".{uuid.uuid4().hex}.part"
    try:
        with part.open("xb") as file:
            file.write(bytes(4096))
            file.flush()
            os.fsync(file.fileno())
    finally:
        part.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Make a rename last through a power cut, where the system lets a folder be synced (not on Windows)."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def fingerprint(folder: Path) -> str:
    """Sixteen hex digits that change when a file of the folder is edited, added or removed; "" for no folder."""
    try:
        stats = sorted((entry.name, entry.stat().st_size, entry.stat().st_mtime_ns) for entry in os.scandir(folder))
    except OSError:
        return ""
    return hashlib.sha256(repr(stats).encode()).hexdigest()[:16]


def set_aside(path: Path) -> Path:
    """Rename what cannot be read, so that it can be looked at and another can take its place; its new path. OSError."""
    return path.replace(path.with_name(f"{path.stem}-broken-{time.time_ns()}{path.suffix}"))


def sweep_parts(folder: Path) -> None:
    """Remove what writers left that were stopped more than an hour ago."""
    for part in folder.glob(".*.part"):
        with suppress(OSError):
            if time.time() - part.stat().st_mtime > _LEFT_OVER_SECONDS:
                part.unlink()
