from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest

from data.core.model import Order, Window
from data.core.settings import Settings
from data.story.as_of import WITHHELD, moments_of
from data.story.rehearse import RehearsalPlan, end, play
from data.story.store import FolderStore, files_of, find_story, read_story
from data.story.story import Story
from data.story.tables import TABLES
from data.story.totals import totals_at
from tests.support.cases import cases
from tests.support.checked import check_story
from tests.support.forked import Forked
from tests.support.terminal import SCRIPT, typed

ROOT = Path(__file__).parents[3]
#: Any instant or day that a table or story.toml writes out.
TIMES = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d))?")
EVENING = Window(datetime(2016, 11, 9, 1, tzinfo=UTC), datetime(2016, 11, 9, 4, tzinfo=UTC))


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 1, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


def rehearse(plan: RehearsalPlan, told: Callable[[datetime], object]) -> None:
    clock = Clock()
    play(plan, now=clock.now, sleep=clock.sleep, told=told)


def plan_for(
    slug: str, folder: Path, order: Order = Order.KNOWN, stretch: Window | None = None, speed: float = 60
) -> RehearsalPlan:
    story = find_story(slug, Settings())
    return RehearsalPlan(
        story, FolderStore((folder,), shipped=()), f"rehearsal-{slug}", stretch or story.window, order, speed
    )


def place(plan: RehearsalPlan) -> Path:
    """The folder that is played into."""
    return Path(plan.stories.place(plan.name))


def instant(text: str) -> datetime:
    """What a cell or a key tells; of a day, where it begins in UTC."""
    return datetime.fromisoformat(text).astimezone(UTC) if "T" in text else datetime.fromisoformat(f"{text}T00:00:00Z")


def times_in(folder: Path) -> set[str]:
    """Every time that the folder tells but the two ends of the window, which were planned before the night, and when
    the rehearsal itself was started."""
    found = set()
    for path in folder.iterdir():
        for line in path.read_text(encoding="utf-8").splitlines():
            if not line.startswith(("start = ", "end = ", "started = ")):
                found |= set(TIMES.findall(line))
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("slug", "order"),
    cases(
        ("uk-2016", Order.KNOWN),
        long=product(("us-2016", "us-2020", "uk-2016"), Order),
    ),
)
def test_every_step_is_a_sound_story_that_tells_nothing_later(slug: str, order: Order, tmp_path: Path) -> None:
    plan = plan_for(slug, tmp_path, order, speed=600)
    moments: list[datetime] = []

    def look(at: datetime) -> None:
        moments.append(at)
        # A night of the U.K. has three hundred steps that are much alike.
        if len(moments) % 5 == 1 or at >= plan.stretch.end:
            assert check_story(place(plan)) == ()
            assert [text for text in times_in(place(plan)) if instant(text) > at] == []

    rehearse(plan, look)
    assert moments[0] == plan.stretch.start and moments[-1] == plan.stretch.end
    assert moments == sorted(set(moments))


@pytest.mark.slow
def test_the_folder_changes_at_every_event_of_the_night(tmp_path: Path) -> None:
    plan = plan_for("us-2016", tmp_path, stretch=EVENING)
    moments: list[datetime] = []
    rehearse(plan, moments.append)
    due = [moment for moment in moments_of(plan.story, Order.KNOWN) if moment in EVENING]
    assert len(due) > 20 and set(due) <= set(moments)


@pytest.mark.slow
def test_totals_so_far_are_those_of_the_night(tmp_path: Path) -> None:
    plan = plan_for("us-2016", tmp_path, stretch=EVENING)

    def look(at: datetime) -> None:
        told, whole = (totals_at(story, at, caller="AP").totals for story in (read_story(place(plan)), plan.story))
        assert told and whole
        assert {party: low for party, (low, _) in told.items()} == {party: low for party, (low, _) in whole.items()}

    rehearse(plan, look)


@pytest.mark.slow
def test_a_reader_meets_a_sound_story_between_any_two_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step changes several files, moved one after the other; at no point between them is anything missing."""
    plan = plan_for("us-2016", tmp_path, Order.HAPPENED, EVENING)
    written: list[str] = []
    move = Path.replace

    def move_and_look(path: Path, target: Path) -> Path:
        there = move(path, target)
        if target.parent == place(plan):
            written.append(target.name)
            assert check_story(place(plan)) == (), written
        return there

    monkeypatch.setattr(Path, "replace", move_and_look)
    rehearse(plan, lambda at: None)
    assert {"sources.csv", "calls.csv", "observations.csv", "story.toml"} <= set(written)
    assert list(tmp_path.iterdir()) == [place(plan)]


def test_nothing_written_tells_how_the_night_ended(tmp_path: Path) -> None:
    plan = plan_for("us-2016", tmp_path, stretch=Window(EVENING.start, EVENING.start + timedelta(minutes=10)))
    rehearse(plan, lambda at: None)
    told = read_story(place(plan))
    assert told.about.title == "TEST: rehearsal of U.S. 2016"
    assert told.about.rehearsal and told.about.rehearsal.speed == 60 and told.about.live
    assert not (told.about.known or told.about.unknown or told.about.settle or told.results)
    assert not any(row.note for row in (*told.calls, *told.milestones, *told.observations))
    calls = {name for call in told.calls for name in call.source.split()}
    assert {source.title for source in told.sources if source.id in calls} == {WITHHELD}
    # An address ends with a headline as often as not.
    assert all(source.url.count("/") == 3 for source in told.sources if source.title == WITHHELD)
    assert {source.id: source.org for source in told.sources}.items() <= {
        source.id: source.org for source in plan.story.sources
    }.items()


def test_steps_that_fall_due_while_one_is_written_are_one(tmp_path: Path) -> None:
    clock, moments = Clock(), []

    def told(at: datetime) -> None:
        moments.append(at)
        clock.sleep(2)  # as long as an hour of this night

    plan = plan_for("us-2016", tmp_path, stretch=EVENING, speed=1_800)
    play(plan, now=clock.now, sleep=clock.sleep, told=told)
    assert [(at - EVENING.start) // timedelta(minutes=1) for at in moments] == [0, 60, 120, 180]


def test_time_passes_where_nothing_happens(tmp_path: Path) -> None:
    quiet = Window(datetime(2016, 11, 8, 18, tzinfo=UTC), datetime(2016, 11, 8, 19, tzinfo=UTC))
    moments: list[datetime] = []
    rehearse(plan_for("us-2016", tmp_path, stretch=quiet), moments.append)
    assert [(at - quiet.start) // timedelta(minutes=1) for at in moments] == [0, 10, 20, 30, 40, 50, 60]


def test_what_is_kept_says_that_it_is_over_and_what_is_not_is_gone(tmp_path: Path) -> None:
    plan = plan_for("us-2024", tmp_path, stretch=None, speed=36_000)
    rehearse(plan, lambda at: None)
    end(plan, keep=True)
    rehearsal = read_story(place(plan)).about.rehearsal
    assert rehearsal and rehearsal.says == "TEST: rehearsal of U.S. 2024, which is over. Not a live election."
    end(plan, keep=False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_stopped_command_takes_its_folder_away(tmp_path: Path) -> None:
    with _running(tmp_path) as playing:
        _wait_for(tmp_path / "rehearsal-us-2016" / "story.toml")
        os.kill(playing.pid, signal.SIGINT)
        assert playing.wait(30) == 0
    assert not (tmp_path / "rehearsal-us-2016").exists()


@pytest.mark.slow
def test_a_killed_command_leaves_its_banner_and_the_next_one_plays_there_again(tmp_path: Path) -> None:
    folder = tmp_path / "rehearsal-us-2016"
    with _running(tmp_path) as playing:
        _wait_for(folder / "story.toml")
        playing.kill()
        playing.wait(30)
    assert read_story(folder).about.rehearsal
    quickly = ["--speed", "36000", "--until", "2016-11-09T00:00:00Z"]
    assert typed("rehearse", "us-2016", "--to", tmp_path, *quickly) == 0
    assert not folder.exists()


@pytest.mark.slow
def test_two_commands_never_play_into_one_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with _running(tmp_path) as playing:
        _wait_for(tmp_path / "rehearsal-us-2016" / "story.toml")
        assert typed("rehearse", "us-2016", "--to", str(tmp_path)) == 1
        assert "is being played into by another rehearsal" in capsys.readouterr().err
        playing.terminate()
        assert playing.wait(30) == 0


@contextmanager
def _running(folder: Path) -> Iterator[Forked]:
    """The installed command in a process of its own."""
    playing = Forked([str(SCRIPT), "rehearse", "us-2016", "--to", str(folder)], os.environ, os.devnull)
    try:
        yield playing
    finally:
        playing.kill()
        playing.wait(30)


def _wait_for(path: Path) -> None:
    deadline = time.monotonic() + 30
    while not path.exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        pytest.param(["us-2016"], "name one with --to, or set NIGHTDESK_STORIES", id="nowhere to play"),
        pytest.param(["us-1789", "--to", "."], "there is no story 'us-1789'", id="no such story"),
        pytest.param(["us-2016", "--to", ".", "--name", "Night!"], "--name must be lower-case", id="no slug"),
        pytest.param(["us-2016", "--to", ".", "--name", "us-2016"], "is not a rehearsal and was left", id="shadows"),
        pytest.param(
            ["us-2016", "--to", ".", "--speed", "0"], "--speed must be a number from 0.1 to 36,000", id="still"
        ),
        pytest.param(
            ["us-2016", "--to", ".", "--speed", "0.01"], "--speed must be a number from 0.1", id="hardly moving"
        ),
        pytest.param(["us-2016", "--to", ".", "--speed", "nan"], "--speed must be a number from 0.1", id="no number"),
        pytest.param(["us-2016", "--to", ".", "--from", "2016-11-10T00:00:00Z"], "must end after it starts", id="late"),
    ],
)
def test_what_cannot_be_played_is_refused_in_a_sentence(
    asked: list[str], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NIGHTDESK_STORIES", raising=False)
    assert typed("rehearse", *asked) == 1
    refusal = capsys.readouterr().err
    assert says in refusal and refusal.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_time_without_a_zone_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert typed("rehearse", "us-2016", "--from", "2016-11-08T19:00") == 2
    assert "must be a time with its zone" in capsys.readouterr().err


@pytest.mark.parametrize("held", ["story.toml", "notes.txt"])
def test_a_folder_that_is_no_rehearsal_is_left_as_it_is(
    held: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = tmp_path / "rehearsal-us-2016"
    mine.mkdir()
    (mine / held).write_text('title = "A night of our own"', encoding="utf-8")
    assert typed("rehearse", "us-2016", "--to", str(tmp_path)) == 1
    assert f"{mine} is not a rehearsal and was left alone" in capsys.readouterr().err
    assert [path.name for path in mine.iterdir()] == [held]


def test_a_rehearsal_is_not_rehearsed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = plan_for("us-2024", tmp_path, speed=36_000)
    rehearse(plan, lambda at: None)
    monkeypatch.setenv("NIGHTDESK_STORIES", str(tmp_path))
    assert typed("rehearse", "rehearsal-us-2024") == 1
    assert "is still in progress" in capsys.readouterr().err


def test_a_story_written_and_read_is_the_same_story(tmp_path: Path) -> None:
    story: Story = find_story("us-2016", Settings())
    stories = FolderStore((tmp_path,))
    stories.write("us-2016", files_of(story))
    again = read_story(tmp_path / "us-2016")
    assert again.about == story.about
    for row_type in TABLES:
        table = row_type.file.removesuffix(".csv")
        if table != "results":
            assert getattr(again, table) == getattr(story, table), table
