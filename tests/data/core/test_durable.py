from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from data.core.files import write_whole


def test_a_reader_sees_the_old_bytes_until_the_new_ones_are_whole_and_on_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "state.json"
    path.write_bytes(b"old")
    seen: list[bytes] = []
    sync = os.fsync

    def watch(handle: int) -> None:
        sync(handle)
        seen.append(path.read_bytes())

    monkeypatch.setattr("data.core.files.os.fsync", watch)
    with path.open("rb") as reader:
        write_whole(path, b"new")
        assert reader.read() == b"old"
    assert seen == [b"old", b"new"]  # the file is synced before the rename, the folder after it
    assert [entry.name for entry in tmp_path.iterdir()] == ["state.json"]


def test_a_full_disk_leaves_the_old_bytes_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "state.json"
    path.write_bytes(b"old")

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("data.core.files.os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["state.json"]
