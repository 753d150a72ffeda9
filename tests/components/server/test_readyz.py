"""`/readyz` says which stories verify, which caches work, and what is running."""

from __future__ import annotations

import asyncio
import ctypes
import errno
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request

from components.server.ready import Readiness, commit_of
from data.core.program import utc_now
from data.core.settings import Settings
from data.net import cache_checks
from data.recorders.status import RecorderStatus, write_status
from data.story.store import BUNDLED
from tests.support.live_nights import live_night
from tests.test_app import Serve, ask

ROOT = Path(__file__).resolve().parents[3]
COMMIT = "0123456789abcdef0123456789abcdef01234567"
Write = Callable[[Path], None]


@pytest.fixture
def stories(tmp_path: Path) -> Path:
    (tmp_path / "stories" / "de-2021").mkdir(parents=True)
    (tmp_path / "stories" / "de-2021" / "story.toml").write_text("title = 1", encoding="utf-8")
    return tmp_path / "stories"


def said(settings: Settings) -> tuple[int, dict[str, Any]]:
    """The answer of a server with these settings: its status and what it says."""
    readiness = Readiness(settings, Path("/nowhere"))
    answer = asyncio.run(readiness.answer(Request({"type": "http", "method": "GET", "headers": []})))
    return answer.status_code, json.loads(bytes(answer.body))


@pytest.mark.slow
def test_a_server_whose_stories_verify_is_ready(server: str) -> None:
    status, headers, body = ask(f"{server}/readyz")
    told = json.loads(body)
    assert (status, told["status"], headers["cache-control"]) == (200, "ready", "no-store")
    assert told["stories"]["us-2016"] == {"verifies": True, "faults": 0, "first": ""}
    assert set(told["stories"]) == {"us-2016", "us-2020", "us-2024", "uk-2016", "uk-2019", "revoke-2019"}


@pytest.mark.slow
def test_it_names_what_is_running(server: str) -> None:
    told = json.loads(ask(f"{server}/readyz")[2])
    assert told["server"] == {"loop": "uvloop", "http": "httptools"}
    assert set(told["versions"]) == {"nightdesk", "python", "streamlit", "plotly", "pandas"}
    assert all(told["versions"].values())


@pytest.mark.slow
def test_a_faulty_story_is_named_and_the_sound_ones_are_served(stories: Path, serve: Serve) -> None:
    with serve(NIGHTDESK_STORIES=str(stories), NIGHTDESK_COMMIT=COMMIT) as address:
        status, _, body = ask(f"{address}/readyz")
        told = json.loads(body)
        assert (status, told["status"], told["commit"]) == (200, "ready in part", COMMIT)
        assert told["stories"]["de-2021"]["verifies"] is False
        assert told["stories"]["de-2021"]["faults"] > 0
        assert "sources.csv: found no such file" in told["stories"]["de-2021"]["first"]
        assert told["stories"]["us-2016"]["verifies"] is True
        assert ask(f"{address}/healthz")[0] == 200
        assert ask(f"{address}/embed/us-2016/timeline")[0] == 200
        assert ask(f"{address}/embed/de-2021/timeline")[0] == 500


@pytest.mark.parametrize("none", [pytest.param(True, id="no story"), pytest.param(False, id="a faulty one alone")])
def test_a_server_with_nothing_to_serve_is_not_ready(
    stories: Path, monkeypatch: pytest.MonkeyPatch, *, none: bool
) -> None:
    monkeypatch.setattr("data.story.store.BUNDLED", stories)
    if none:
        shutil.rmtree(stories / "de-2021")
    status, told = said(Settings(stories=(stories,)))
    assert (status, told["status"]) == (503, "not ready")


def test_a_recorder_that_should_have_asked_by_now_is_named(tmp_path: Path) -> None:
    settings = live_night(tmp_path)
    now = utc_now()
    word = RecorderStatus(
        name="feed-ap",
        kind="feed",
        what="calls",
        asked_at=now - timedelta(hours=1),
        next_at=now - timedelta(minutes=59),
    )
    write_status(settings, "night", word)
    status, told = said(settings)
    assert (status, told["status"]) == (200, "ready in part")
    assert [sentence.partition(" was due")[0] for sentence in told["late"]] == ["night: feed-ap"]


def test_a_mended_story_is_seen(stories: Path) -> None:
    settings = Settings(stories=(stories,))
    assert said(settings)[1]["status"] == "ready in part"
    (stories / "de-2021" / "story.toml").unlink()
    assert said(settings)[1]["status"] == "ready"


@pytest.mark.slow
def test_a_folder_that_cannot_be_read_is_named_and_hides_no_other_story(stories: Path) -> None:
    shutil.copytree(BUNDLED / "us-2024", stories / "sound")
    (stories / "de-2021").chmod(0)
    script = (
        "import sys; from pathlib import Path; from data.core.settings import Settings;"
        "from tests.components.server.test_readyz import said; print(*said(Settings(stories=(Path(sys.argv[1]),))))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, str(stories)],
        cwd=ROOT, capture_output=True, text=True, check=True, timeout=120, preexec_fn=without_override,
    )  # fmt: skip
    (stories / "de-2021").chmod(0o700)
    status, _, told = ran.stdout.partition(" ")
    assert status == "200" and "'status': 'ready in part'" in told
    assert f"'unreadable': ['{stories}/de-2021: Permission denied']" in told
    assert "'sound': {'verifies': True" in told and "'us-2016': {'verifies': True" in told


def without_override() -> None:
    """Let the process that follows read only what it is permitted to, even where the tests are run by root."""
    libc = ctypes.CDLL(None)
    for capability in (1, 2):  # CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH, which nobody else has
        libc.prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("data.core.files.os.fsync", full)
    (tmp_path / "cache").mkdir()
    status, told = said(Settings(cache=tmp_path / "cache", snapshots=tmp_path))
    assert (status, told["caches"]["answers"]["why"]) == (200, "the disk of the folder cache is full")
    assert told["caches"]["snapshots"]["why"] == f"the disk of the folder {tmp_path.name} is full"
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_cache_that_fails_is_told_and_takes_nobody_away(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be", encoding="utf-8")
    status, told = said(Settings(cache=tmp_path / "cache"))
    assert (status, told["caches"]["answers"]["works"]) == (200, False)
    assert told["caches"]["answers"]["why"] == "cache is a file where a folder should be"
    assert told["caches"]["snapshots"] == {"works": True, "why": ""}


@pytest.mark.parametrize(
    ("left", "why"),
    [
        pytest.param(b"no database at all" * 100, "answers.sqlite cannot be written", id="a broken file"),
        pytest.param(None, "answers.sqlite cannot be written", id="a folder in its place"),
    ],
)
def test_a_broken_answer_cache_says_what_is_wrong(left: bytes | None, why: str, tmp_path: Path) -> None:
    file = tmp_path / "answers.sqlite"
    if left is None:
        file.mkdir()
    else:
        file.write_bytes(left)
    assert cache_checks.answers(Settings(cache=tmp_path)).startswith(why)


def test_a_check_of_another_backend_is_a_line_and_may_raise(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def redis(_: Settings) -> str:
        raise ConnectionError("nobody at redis://127.0.0.1:1")

    monkeypatch.setitem(cache_checks.CHECKS, "redis", redis)
    status, told = said(Settings(cache=tmp_path))
    assert status == 200
    assert told["caches"]["redis"] == {"works": False, "why": "ConnectionError: nobody at redis://127.0.0.1:1"}


def test_a_server_that_keeps_nothing_needs_no_folder_for_snapshots(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file", encoding="utf-8")
    assert cache_checks.snapshots(Settings(snapshots=tmp_path / "kept")) == "kept is a file where a folder should be"
    assert cache_checks.snapshots(Settings(snapshots=tmp_path / "kept", writes="nobody")) == ""


def branch(git: Path) -> None:
    (git / "refs" / "heads").mkdir(parents=True)
    (git / "HEAD").write_text("ref: refs/heads/main\n", encoding="utf-8")
    (git / "refs" / "heads" / "main").write_text(f"{COMMIT}\n", encoding="utf-8")


def packed(git: Path) -> None:
    git.mkdir()
    (git / "HEAD").write_text("ref: refs/heads/main\n", encoding="utf-8")
    lines = f"# pack-refs with: peeled\n{'f' * 40} refs/heads/other\n{COMMIT} refs/heads/main\n"
    (git / "packed-refs").write_text(lines, encoding="utf-8")


def detached(git: Path) -> None:
    git.mkdir()
    (git / "HEAD").write_text(f"{COMMIT}\n", encoding="utf-8")


def worktree(git: Path) -> None:
    branch(git.parent / "main")
    own = git.parent / "main" / "worktrees" / "one"
    own.mkdir(parents=True)
    (own / "HEAD").write_text("ref: refs/heads/main\n", encoding="utf-8")
    (own / "commondir").write_text("../..\n", encoding="utf-8")
    git.write_text("gitdir: main/worktrees/one\n", encoding="utf-8")


@pytest.mark.parametrize("write", [branch, packed, detached, worktree])
def test_the_commit_is_read_from_what_is_checked_out(write: Write, tmp_path: Path) -> None:
    write(tmp_path / ".git")
    assert commit_of(tmp_path, {}) == COMMIT


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        pytest.param({"NIGHTDESK_COMMIT": COMMIT.upper()}, COMMIT, id="named"),
        pytest.param({"NIGHTDESK_COMMIT": "<script>"}, None, id="no commit at all"),
        pytest.param({}, None, id="nobody says"),
    ],
)
def test_the_environment_names_the_commit_of_an_image(
    environ: dict[str, str], expected: str | None, tmp_path: Path
) -> None:
    assert commit_of(tmp_path, environ) == expected


@pytest.mark.parametrize("head", ["ref: refs/heads/gone", "", "half a line", "ref: ../../../etc/passwd"])
def test_a_head_that_names_nothing_is_no_commit(head: str, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD").write_text(head, encoding="utf-8")
    assert commit_of(tmp_path, {}) is None


def test_a_desk_whose_database_cannot_be_reached_is_named(tmp_path: Path) -> None:
    sound = Settings(writes="desk", records=tmp_path / "records")
    status, told = said(sound)
    assert (status, told["desk"]) == (200, {"works": True, "why": ""})
    (tmp_path / "no-folder").touch()
    status, told = said(sound.model_copy(update={"database": f"sqlite:///{tmp_path}/no-folder/desk.sqlite3"}))
    assert (status, told["status"], told["desk"]["works"]) == (200, "ready in part", False)
    assert "cannot be kept" in told["desk"]["why"]
    assert "desk" not in said(Settings(writes="nobody"))[1]
