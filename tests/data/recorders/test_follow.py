"""A feed followed into a story: what was seen is kept first, each row comes once, and a lie is held."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from data.core.errors import DataError, SourceChanged, SourceUnavailable
from data.core.settings import Settings
from data.recorders.attempts import append, read_rows
from data.recorders.follow import Asked, Decision, described
from data.recorders.status import late_recorders, read_statuses
from data.story.store import FolderStore
from tests.support.live_nights import START, Ticking, called, follower, live_night, rows, table
from tests.support.terminal import typed


@pytest.fixture
def night(tmp_path: Path) -> Settings:
    return live_night(tmp_path)


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    path = tmp_path / "calls.csv"
    path.write_bytes(table(called("OH", "")))
    return path


def test_two_looks_at_a_table_give_a_call_bounded_by_both(night: Settings, sheet: Path) -> None:
    clock = Ticking()
    follower(night, sheet, now=clock).ask()
    clock.on(60)
    sheet.write_bytes(table(called("OH")))
    found = follower(night, sheet, now=clock).ask()
    assert rows(night, "calls.csv") == [
        {
            "id": "table.ap.oh", "contest": "OH", "caller": "AP", "party": "A", "role": "primary", "basis": "bounds",
            "earliest": "2030-11-06T01:00:00Z", "latest": "2030-11-06T01:01:00Z", "precision": "window", "source": "s",
        }
    ]  # fmt: skip
    assert list(described(found)) == ["AP OH: A, between 2030-11-06T01:00:00Z and 2030-11-06T01:01:00Z."]


def test_the_story_is_sound_at_every_step_and_a_withdrawal_is_a_row_of_its_own(night: Settings, sheet: Path) -> None:
    clock = Ticking()
    one = follower(night, sheet, now=clock)
    steps = ["", "A", "A withdrawn", "B"]
    for said in steps:
        party, _, status = said.partition(" ")
        sheet.write_bytes(table(called("OH", party, status)))
        one.ask()
        clock.on(60)
        FolderStore(night.stories).read("night")
    assert [(row["id"], row["party"]) for row in rows(night, "calls.csv")] == [
        ("table.ap.oh", "A"), ("table.ap.oh.2", "B"),
    ]  # fmt: skip
    assert rows(night, "withdrawals.csv") == [
        {
            "id": "table.ap.oh.back", "call": "table.ap.oh", "earliest": "2030-11-06T01:01:00Z",
            "latest": "2030-11-06T01:02:00Z", "precision": "window", "source": "s",
        }
    ]  # fmt: skip


def test_whoever_starts_anew_writes_nothing_twice_and_what_was_not_written(night: Settings, sheet: Path) -> None:
    clock = Ticking()
    sheet.write_bytes(table(called("OH")))
    follower(night, sheet, now=clock).ask()
    store = FolderStore(night.stories)
    written = store.files("night")
    follower(night, sheet, now=clock).ask()
    assert store.files("night") == written
    store.write("night", {name: content for name, content in written.items() if name != "calls.csv"})
    follower(night, sheet, now=clock)
    assert store.files("night") == written


def test_a_record_whose_last_line_was_torn_goes_on_without_it(night: Settings, sheet: Path) -> None:
    one = follower(night, sheet)
    one.ask()
    record = one.folder / "asked.csv"
    whole = record.read_bytes()
    for cut in range(len(whole.splitlines(keepends=True)[0]) + 1, len(whole)):
        record.write_bytes(whole[:cut])
        assert [row.outcome for row in read_rows(record, Asked)] == []
    append(record, Asked(asked_at=START, fetched_at=START, outcome="failed", why="torn, then mended"))
    assert [row.why for row in read_rows(record, Asked)] == ["torn, then mended"]


def test_what_somebody_typed_is_left_and_is_not_called_again(tmp_path: Path, sheet: Path) -> None:
    typed_in = {
        "id": "by-hand", "contest": "OH", "caller": "AP", "party": "A", "role": "primary", "basis": "own wire",
        "at": "2030-11-06T00:58:00Z", "precision": "minute", "source": "s",
    }  # fmt: skip
    night = live_night(tmp_path, calls=[typed_in])
    sheet.write_bytes(table(called("OH"), called("FL", "B")))
    found = follower(night, sheet).ask()
    assert [row["id"] for row in rows(night, "calls.csv")] == ["by-hand", "table.ap.fl"]
    assert list(described(found)) == [
        "AP OH: A, not later than 2030-11-06T01:00:00Z; the story has a row of this call already, which stays.",
        "AP FL: B, not later than 2030-11-06T01:00:00Z.",
    ]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"at": "2030-11-06T00:58:00Z"}, "at 2030-11-06T00:58:00Z"),
        ({"date": "2030-11-05"}, "on 2030-11-05"),
        (
            {"earliest": "2030-11-06T00:50:00Z", "latest": "2030-11-06T00:58:00Z"},
            "between 2030-11-06T00:50:00Z and 2030-11-06T00:58:00Z",
        ),
    ],
)
def test_a_time_that_the_table_writes_is_the_one_that_is_told(
    night: Settings, sheet: Path, cells: dict[str, str], said: str
) -> None:
    sheet.write_bytes(table(called("OH") | cells))
    assert list(described(follower(night, sheet).ask())) == [f"AP OH: A, {said}, as the feed says."]


def test_what_lies_is_held_with_a_reason_and_hides_nothing_else(night: Settings, sheet: Path) -> None:
    lies = [called("ZZ"), called("NC", "C"), called("OH") | {"source": "nobody"}, called("FL", "B")]
    sheet.write_bytes(table(*lies))
    found = follower(night, sheet).ask()
    assert [row["contest"] for row in rows(night, "calls.csv")] == ["FL"]
    assert sorted(one.why for one in found.rows.held) == [
        (
            "the feed's row of OH cannot be a call: sources.csv has no 'nobody'; fill the column source, or name one "
            "with --source"
        ),
        "the table calls NC for 'C', which is not a side in the story",
        "the table names the contest 'ZZ', which the story does not have",
    ]


def test_a_call_that_nobody_knew_by_name_keeps_the_bounds_of_the_version_that_first_had_it(
    tmp_path: Path, sheet: Path
) -> None:
    entry = '\n[[feeds]]\nid = "desk"\nkind = "table"\n'
    night, clock = live_night(tmp_path, more=entry), Ticking()
    one = follower(night, sheet, now=clock)
    for cells in (called("Ohio, the State", ""), called("Ohio, the State"), called("Ohio, the State")):
        sheet.write_bytes(table(cells))
        one.ask()
        clock.on(60)
    assert rows(night, "calls.csv") == []
    stories = FolderStore(night.stories)
    content = dict(stories.files("night"))
    mended = entry + '[feeds.contests]\n"Ohio, the State" = "OH"\n'
    content["story.toml"] = content["story.toml"].replace(entry.encode(), mended.encode())
    stories.write("night", content)
    one.ask()
    assert [(row["contest"], row["earliest"][11:19], row["latest"][11:19]) for row in rows(night, "calls.csv")] == [
        ("OH", "01:00:00", "01:01:00")
    ]


def test_calls_wait_for_an_editor_where_the_story_says_so(tmp_path: Path, sheet: Path) -> None:
    more = '\n[[feeds]]\nid = "desk"\nkind = "table"\nwait = ["OH"]\n'
    night = live_night(tmp_path, more=more)
    sheet.write_bytes(table(called("OH"), called("FL")))
    one = follower(night, sheet)
    waiting = one.ask().rows.waiting
    assert ([row["contest"] for row in rows(night, "calls.csv")], [call.contest for call in waiting]) == (
        ["FL"],
        ["OH"],
    )
    append(one.folder / "decisions.csv", Decision(at=START, key=waiting[0].key, stands=True, who="Ana"))
    one.ask()
    assert [row["contest"] for row in rows(night, "calls.csv")] == ["FL", "OH"]


def test_an_editor_takes_a_call_out_again_and_everything_else_stays(night: Settings, sheet: Path) -> None:
    sheet.write_bytes(table(called("OH"), called("FL")))
    one = follower(night, sheet)
    taken = one.ask()
    ohio = next(call for call in taken.rows.accepted if call.contest == "OH")
    append(one.folder / "decisions.csv", Decision(at=START, key=ohio.key, stands=False, who="Ana"))
    one.ask()
    assert [row["id"] for row in rows(night, "calls.csv")] == ["table.ap.fl"]
    sheet.write_bytes(table(called("OH", status="withdrawn"), called("FL")))
    one.ask()
    sheet.write_bytes(table(called("OH", "B"), called("FL")))
    one.ask()
    assert [row["id"] for row in rows(night, "calls.csv")] == ["table.ap.fl", "table.ap.oh.2"]
    assert rows(night, "withdrawals.csv") == []


def test_a_record_that_was_lost_takes_nothing_out(night: Settings, sheet: Path) -> None:
    sheet.write_bytes(table(called("OH")))
    one = follower(night, sheet)
    one.ask()
    for path in one.folder.rglob("*.csv"):
        path.unlink()
    sheet.write_bytes(table())
    follower(night, sheet).ask()
    assert [row["id"] for row in rows(night, "calls.csv")] == ["table.ap.oh"]


def test_a_recorder_leaves_word_of_what_it_did_and_does_next(night: Settings, sheet: Path) -> None:
    clock = Ticking()
    one = follower(night, sheet, now=clock)
    sheet.write_bytes(table(called("OH"), called("ZZ")))
    one.ask()
    clock.on(60)
    sheet.unlink()
    with pytest.raises(SourceUnavailable):
        one.ask()
    (word,) = read_statuses(night, "night")
    assert (word.name, word.written, [call.contest for call in word.accepted]) == ("feed-table", 1, ["OH"])
    assert (word.answered_at, word.asked_at, word.next_at) == (
        START, START + timedelta(seconds=60), START + timedelta(seconds=120),
    )  # fmt: skip
    assert word.trouble.startswith("There is no file")
    assert word.held == ("the table names the contest 'ZZ', which the story does not have",)
    assert (word.runs(START + timedelta(seconds=150)), word.runs(START + timedelta(seconds=151))) == (True, False)
    assert late_recorders(night, START) == ()
    assert late_recorders(night, START + timedelta(hours=1)) == (
        "night: feed-table was due at 2030-11-06T01:02:00+00:00",
    )  # fmt: skip
    assert late_recorders(night, START + timedelta(days=2)) == ()


def test_a_recorder_says_how_long_its_newest_call_took_at_most(night: Settings, sheet: Path) -> None:
    clock = Ticking()
    one = follower(night, sheet, now=clock)
    said = []
    for content in (table(called("OH", "")), table(called("OH")), table(called("OH"))):
        sheet.write_bytes(content)
        one.ask()
        said += [word.delay for word in read_statuses(night, "night")]
        clock.on(5)
    assert said == [None, 5.0, 5.0]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<!doctype html><title>Sign in</title>", "answers with a web page, not a table"),
        (b"state,winner\nOH,A\n", "no column 'contest'; it has: state, winner"),
        (b"contest,party\nOH,\xff\n", "not text in UTF-8"),
    ],
)
def test_what_is_no_table_is_said_and_recorded(night: Settings, sheet: Path, content: bytes, said: str) -> None:
    sheet.write_bytes(content)
    one = follower(night, sheet)
    with pytest.raises(SourceChanged, match=said):
        one.ask()
    assert [row.outcome for row in read_rows(one.folder / "asked.csv", Asked)] == ["failed"]


def test_a_table_that_a_spreadsheet_saved_with_other_columns_reads(tmp_path: Path, sheet: Path) -> None:
    more = (
        '\n[[feeds]]\nid = "desk"\nkind = "table"\nsource = "s"\n[feeds.columns]\nState = "contest"\nWinner = "party"\n'
    )
    night = live_night(tmp_path, more=more)
    sheet.write_bytes("\ufeffState;Winner\r\noh;ann\r\n".encode())
    follower(night, sheet).ask()
    assert [(row["contest"], row["party"]) for row in rows(night, "calls.csv")] == [("OH", "A")]


def test_a_file_that_is_not_there_may_come_later(night: Settings, tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match="There is no file"):
        follower(night, tmp_path / "later.csv").ask()


def test_a_fault_in_the_story_meanwhile_loses_no_version(night: Settings, sheet: Path) -> None:
    clock = Ticking()
    one = follower(night, sheet, now=clock)
    one.ask()
    about = night.stories[0] / "night" / "story.toml"
    sound = about.read_text()
    about.write_text(sound.replace("total =", "totel ="))
    clock.on(60)
    sheet.write_bytes(table(called("OH")))
    with pytest.raises(DataError, match="totel"):
        one.ask()
    about.write_text(sound)
    clock.on(600)
    one.ask()
    assert [(row["earliest"], row["latest"]) for row in rows(night, "calls.csv")] == [
        ("2030-11-06T01:00:00Z", "2030-11-06T01:01:00Z")
    ]


class TestAtATerminal:
    @pytest.fixture(autouse=True)
    def _here(self, night: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        for name, folder in (("STORIES", night.stories[0]), ("RECORDS", night.records), ("CACHE", night.cache)):
            monkeypatch.setenv(f"NIGHTDESK_{name}", str(folder))

    def test_once_takes_one_version_and_ends_well(
        self, night: Settings, sheet: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert typed("follow", "night", "--feed", "table", "--url", sheet, "--once") == 0
        sheet.write_bytes(table(called("OH")))
        assert typed("follow", "night", "--feed", "table", "--url", sheet, "--once") == 0
        said = capsys.readouterr().out
        assert "AP OH: A, between " in said and said.endswith("1 written, 0 waiting for an editor, 0 held.\n")
        assert [row["precision"] for row in rows(night, "calls.csv")] == ["window"]

    def test_a_file_that_is_not_there_is_for_later_and_the_time_is_said(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert typed("follow", "night", "--feed", "table", "--url", tmp_path / "later.csv", "--once") == 3
        assert "Try again at 20" in capsys.readouterr().err

    def test_what_is_no_table_fails_with_one_sentence(self, sheet: Path, capsys: pytest.CaptureFixture[str]) -> None:
        sheet.write_bytes(b"<html>")
        assert typed("follow", "night", "--feed", "table", "--url", sheet, "--once") == 1
        assert capsys.readouterr().err.count("\n") == 1

    def test_a_wrong_format_suggests_the_right_one(self, sheet: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert typed("follow", "night", "--feed", "tabel", "--url", sheet) == 2
        assert "did you mean table?" in capsys.readouterr().err

    def test_a_feed_without_an_address_says_where_to_name_one(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert typed("follow", "night", "--feed", "table", "--once") == 1
        assert "name one with --url, or in [[feeds]] of story.toml" in capsys.readouterr().err
