"""Files that are whole or not there, whenever the writer is stopped."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

_LEFT_OVER_SECONDS = 3600


def hidden(path: Path, kind: str = "part") -> Path:
    """A name of its own beside this path, for what is still being written there."""
    return path.parent / f".{uuid.uuid4().hex}.{kind}"


def write_whole(path: Path, data: bytes) -> None:
    """Put `data` at `path` in one step, surely on disk when this returns. OSError where the disk refuses."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = hidden(path)
    try:
        _write_surely(part, data)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def write_folder(folder: Path, files: Mapping[str, bytes], *, done: Callable[[], object] = lambda: None) -> None:
    """Make a folder that is there with all these files, surely on disk, or not at all; `done` after each of them.

    FileExistsError where one of this name holds something already, OSError where the disk refuses.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    part = hidden(folder)
    try:
        part.mkdir()
        for name, data in files.items():
            _write_surely(part / name, data)
            done()
        sync_folder(part)
        part.rename(folder)
    except BaseException as error:
        shutil.rmtree(part, ignore_errors=True)
        if isinstance(error, OSError) and error.errno == errno.ENOTEMPTY:
            raise FileExistsError(error.errno, error.strerror, str(folder)) from error
        raise
    sync_folder(folder.parent)


def _write_surely(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def leads_out(path: Path, folder: Path) -> bool:
    """Whether a path below a folder leads to something outside of it, by a link of its own or on its way."""
    return not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))


def try_to_write(folder: Path) -> None:
    """Write a block in a folder, surely on disk, and remove it again; OSError where the disk refuses."""
    part = hidden(folder / "any")
    try:
        _write_surely(part, bytes(4096))
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


def sweep_parts(folder: Path, *, kind: str = "part") -> None:
    """Remove what writers left that were stopped more than an hour ago."""
    for part in folder.glob(f".*.{kind}"):
        with suppress(OSError):
            if time.time() - part.lstat().st_mtime > _LEFT_OVER_SECONDS:
                shutil.rmtree(part) if part.is_dir() and not part.is_symlink() else part.unlink()
