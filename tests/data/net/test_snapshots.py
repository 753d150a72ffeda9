from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import random
import signal
import time
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from data.core.settings import Settings, read_settings
from data.net.snapshots import Sidecar, read_snapshots, snapshot_folder, write_snapshot
from data.story.store import BUNDLED, find_story

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
FORK = multiprocessing.get_context("fork")


def sidecar(**facts: Any) -> Sidecar:
    known = {"source": "google-trends", "kind": "interest-over-time", "query": {"term": "moving to canada"}}
    return Sidecar(**(known | {"drawn_at": NOON} | facts))


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_snapshot_is_its_bytes_and_a_sidecar_that_says_what_they_are(tmp_path: Path) -> None:
    window = {"window_start": NOON - timedelta(days=2), "window_end": NOON - timedelta(days=1)}
    given = sidecar(geo="US", step=480, url="https://trends.google.com/x", status=200, user_type="SCRAPER", **window)
    written = write_snapshot(tmp_path, b'{"default": 1}', given)
    assert read_snapshots(tmp_path, "google-trends") == (written,)
    assert written.data == b'{"default": 1}' == written.path.read_bytes()
    assert written.sidecar == given.model_copy(update={"sha256": hashlib.sha256(written.data).hexdigest()})
    name = written.path.name
    assert name.startswith("20261103T120000.000000Z-") and name.endswith(".json")
    assert files(tmp_path) == [
        f"snapshots/google-trends/{name}",
        f"snapshots/google-trends/{name}.sidecar.json",
    ]


def test_a_folder_without_snapshots_has_none(tmp_path: Path) -> None:
    assert read_snapshots(tmp_path / "nowhere", "google-trends") == ()


def test_snapshots_come_in_the_order_in_which_they_were_drawn(tmp_path: Path) -> None:
    hours = [3, 1, 2]
    for hour in hours:
        write_snapshot(tmp_path, b"%d" % hour, sidecar(drawn_at=NOON + timedelta(hours=hour)))
    write_snapshot(tmp_path, b"other", sidecar(source="wayback", kind="captures"))
    assert [snapshot.data for snapshot in read_snapshots(tmp_path, "google-trends")] == [b"1", b"2", b"3"]


def test_the_same_draw_written_again_is_the_same_snapshot(tmp_path: Path) -> None:
    first = write_snapshot(tmp_path, b"{}", sidecar(note="first"))
    before = [(path, path.stat().st_mtime_ns) for path in sorted(tmp_path.rglob("*.*"))]
    assert write_snapshot(tmp_path, b"{}", sidecar(note="second")) == first
    assert [(path, path.stat().st_mtime_ns) for path in sorted(tmp_path.rglob("*.*"))] == before


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"drawn_at": NOON + timedelta(microseconds=1)}, id="another moment"),
        pytest.param({"query": {"term": "canada"}}, id="another query"),
        pytest.param({"geo": "US"}, id="another place"),
        pytest.param({"kind": "interest-by-region"}, id="another kind"),
        pytest.param({"window_end": NOON}, id="another window"),
    ],
)
def test_the_same_bytes_of_another_question_are_another_snapshot(tmp_path: Path, other: dict[str, Any]) -> None:
    write_snapshot(tmp_path, b"[]", sidecar())
    write_snapshot(tmp_path, b"[]", sidecar(**other))
    assert len(read_snapshots(tmp_path, "google-trends")) == 2


def test_a_moment_is_the_same_in_any_zone_it_is_told_in(tmp_path: Path) -> None:
    there = NOON.astimezone(timezone(timedelta(hours=-5)))
    assert write_snapshot(tmp_path, b"{}", sidecar()) == write_snapshot(tmp_path, b"{}", sidecar(drawn_at=there))


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"drawn_at": datetime(2026, 11, 3, 12)}, id="a time without a zone"),  # noqa: DTZ001
        pytest.param({"source": "../elsewhere"}, id="a source that leads out of the folder"),
        pytest.param({"source": ""}, id="no source"),
        pytest.param({"suffix": "/x"}, id="a suffix that is a path"),
        pytest.param({"version": 2}, id="a version to come"),
        pytest.param({"surprise": 1}, id="a field that nobody reads"),
        pytest.param({"sha256": "abc"}, id="a checksum that is none"),
    ],
)
def test_a_sidecar_refuses_what_it_cannot_mean(facts: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        sidecar(**facts)


def test_bytes_that_are_not_those_of_the_sidecar_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="the sidecar is of other bytes"):
        write_snapshot(tmp_path, b"{}", sidecar(sha256="0" * 64))
    assert files(tmp_path) == []


def damage(path: Path, how: str) -> None:
    beside = path.with_name(path.name + ".sidecar.json")
    said = json.loads(beside.read_bytes())
    if how == "bytes changed":
        path.write_bytes(b"[]")
    elif how == "bytes missing":
        path.unlink()
    elif how == "sidecar torn":
        beside.write_bytes(beside.read_bytes()[:40])
    elif how == "sidecar of a version to come":
        beside.write_text(json.dumps(said | {"version": 2}))
    elif how == "sidecar of nothing":
        beside.write_bytes(b"")


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        pytest.param("bytes changed", "its bytes are not those that its sidecar was written for", id="bytes changed"),
        pytest.param("bytes missing", "it cannot be read: No such file", id="bytes missing"),
        pytest.param("sidecar torn", "its sidecar cannot be read", id="sidecar torn"),
        pytest.param("sidecar of a version to come", "its sidecar cannot be read: version", id="version to come"),
        pytest.param("sidecar of nothing", "its sidecar cannot be read", id="sidecar of nothing"),
    ],
)
def test_a_damaged_snapshot_is_left_out_told_of_and_mended_by_writing_it_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, how: str, reason: str
) -> None:
    sound = write_snapshot(tmp_path, b"sound", sidecar(drawn_at=NOON + timedelta(hours=1)))
    hurt = write_snapshot(tmp_path, b"{}", sidecar())
    damage(hurt.path, how)
    assert read_snapshots(tmp_path, "google-trends") == (sound,)
    assert reason in caplog.text
    assert f"{hurt.path.name}.sidecar.json" in caplog.text
    write_snapshot(tmp_path, b"{}", sidecar())
    assert read_snapshots(tmp_path, "google-trends") == (hurt, sound)


def test_bytes_without_a_sidecar_are_no_snapshot_and_no_fault(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    written = write_snapshot(tmp_path, b"{}", sidecar())
    written.path.with_name(written.path.name + ".sidecar.json").unlink()
    assert read_snapshots(tmp_path, "google-trends") == ()
    assert not caplog.records


def test_two_processes_writing_at_once_lose_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Half of what each writes is its own, half is the same draw in both."""

    def work(name: int) -> None:
        for number in range(20):
            write_snapshot(tmp_path, b"own", sidecar(query={"of": f"{name}-{number}"}))
            write_snapshot(tmp_path, b"shared", sidecar(query={"of": f"both-{number}"}))

    processes = [FORK.Process(target=work, args=(name,)) for name in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
    assert [process.exitcode for process in processes] == [0, 0]
    drawn = sorted(snapshot.sidecar.query["of"] for snapshot in read_snapshots(tmp_path, "google-trends"))
    assert drawn == sorted(f"{who}-{number}" for who in ("0", "1", "both") for number in range(20))
    assert not caplog.records


@pytest.mark.slow
def test_a_writer_killed_at_any_moment_leaves_only_whole_snapshots(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    chance = random.Random(538)
    body = b"x" * 200_000
    told, tell = FORK.Pipe(duplex=False)

    def write_on(round_: int) -> None:
        for number in range(10_000):
            write_snapshot(tmp_path, body, sidecar(query={"round": str(round_), "number": str(number)}))
            tell.send((str(round_), str(number)))

    finished: set[tuple[str, str]] = set()
    for round_ in range(25):
        writer = FORK.Process(target=write_on, args=(round_,))
        writer.start()
        deadline = time.monotonic() + 60
        while not told.poll(0.005) and time.monotonic() < deadline:
            pass
        time.sleep(chance.uniform(0, 0.02))
        os.kill(writer.pid or 0, signal.SIGKILL)
        writer.join(5)
        while told.poll():
            finished.add(told.recv())
    read = read_snapshots(tmp_path, "google-trends")
    assert not caplog.records
    assert {snapshot.data for snapshot in read} == {body}
    assert finished <= {(snapshot.sidecar.query["round"], snapshot.sidecar.query["number"]) for snapshot in read}
    assert len({round_ for round_, _ in finished}) == 25


def test_what_a_stopped_writer_left_is_swept_by_a_later_one(tmp_path: Path) -> None:
    folder = write_snapshot(tmp_path, b"{}", sidecar()).path.parent
    old, new = folder / ".old.part", folder / ".new.part"
    for part in (old, new):
        part.write_bytes(b"half")
    os.utime(old, (time.time() - 7200,) * 2)
    write_snapshot(tmp_path, b"[]", sidecar())
    assert (old.exists(), new.exists()) == (False, True)


def test_a_disk_that_refuses_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "snapshots").write_text("a file where the folder should be")
    with pytest.raises(OSError, match="snapshots"):
        write_snapshot(tmp_path, b"{}", sidecar())
    assert files(tmp_path) == ["snapshots"]


def test_new_snapshots_go_to_the_story_or_to_the_newsrooms_own_folder(tmp_path: Path) -> None:
    story = find_story("us-2016", Settings())
    assert snapshot_folder(story, Settings()) == BUNDLED / "us-2016"
    own = read_settings({"NIGHTDESK_SNAPSHOTS": str(tmp_path)})
    assert snapshot_folder(story, own) == tmp_path / "us-2016"
