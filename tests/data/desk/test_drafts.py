"""Drafts: what comes to the desk leaves it byte for byte, a change is one row's, and nothing that was is lost."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from data.desk.desk import Desk, desk_of
from data.desk.sheets import WORDS
from data.desk.values import AT_TERMINAL, Change, Conflict, KeptRow, NotAllowed, Person, RowRefused
from data.story.store import SHIPPED
from tests.components.workbench.desk.test_entries import changed
from tests.support import small_story
from tests.support.cases import cases
from tests.support.desks import ANA, BEN, FROM, NOW, REPORTER, SLUG, settings_in

CALLS = "calls.csv"
SECOND = {"id": "c2", "contest": "TWO", "caller": "AP", "party": "B", "role": "primary", "basis": "own log",
          "at": small_story.at("02:00"), "precision": "minute", "source": "s"}  # fmt: skip


def written(found: KeptRow | Conflict) -> KeptRow:
    assert isinstance(found, KeptRow)
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("slug", "kind"),
    cases(
        *((slug, "sqlite") for slug in SHIPPED.slugs()),
        ("us-2024", "postgresql"),
        long=[(slug, "postgresql") for slug in SHIPPED.slugs()],
    ),
)
def test_every_bundled_story_comes_back_byte_for_byte(
    tmp_path: Path, request: pytest.FixtureRequest, slug: str, kind: str
) -> None:
    address = "" if kind == "sqlite" else request.getfixturevalue("postgres").fresh()
    desk = desk_of(settings_in(tmp_path, address))
    desk.bring(AT_TERMINAL, slug, NOW, FROM)
    assert dict(desk.files(slug)) == dict(SHIPPED.files(slug))


def test_a_new_call_is_one_more_line_and_all_others_stay(desk: Desk) -> None:
    before = desk.files(SLUG)
    row = written(desk.write(ANA, SLUG, Change(CALLS, SECOND), NOW, FROM))
    after = desk.files(SLUG)
    assert {name for name in after if after[name] != before[name]} == {CALLS}
    line = b"c2,TWO,AP,B,primary,own log,2030-11-06T02:00:00Z,minute,s,\n"
    assert after[CALLS] == before[CALLS] + line
    assert (row.revision, row.by, row.at, row.published) == (2, ANA.email, NOW, False)


def test_a_reporter_may_write_and_who_is_not_of_the_desk_may_not(desk: Desk) -> None:
    written(desk.write(REPORTER, SLUG, Change(CALLS, SECOND), NOW, FROM))
    desk.people.set_role(AT_TERMINAL, REPORTER.email, None, NOW, FROM)
    with pytest.raises(NotAllowed, match=r"rex@example\.org has no role at this desk"):
        desk.write(REPORTER, SLUG, Change(CALLS, {**SECOND, "id": "c3"}), NOW, FROM)
    assert desk.state(SLUG).revision == 2


def test_the_second_of_two_writers_sees_both_values(desk: Desk) -> None:
    row = written(desk.write(ANA, SLUG, Change(CALLS, SECOND), NOW, FROM))
    desk.write(ANA, SLUG, Change(CALLS, {"party": "A"}, row.id, row.revision), NOW, FROM)
    lost = desk.write(BEN, SLUG, Change(CALLS, {"note": "seen"}, row.id, row.revision), NOW, FROM)
    assert isinstance(lost, Conflict) and lost.mine.cells and lost.theirs.cells
    assert (lost.theirs.by, lost.theirs.cells["party"], lost.mine.cells["note"]) == (ANA.email, "A", "seen")
    assert desk.state(SLUG).revision == 3


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        pytest.param({**SECOND, "contest": "FOUR"}, "contest", id="a contest that is not there"),
        pytest.param({**SECOND, "at": "2 a.m."}, "at", id="a time without a zone"),
        pytest.param({**SECOND, "id": "c1"}, "id", id="an id that is taken"),
        pytest.param({**SECOND, "mood": "good"}, "mood", id="a column that no table has"),
        pytest.param({**SECOND, "note": "a\0b"}, "", id="a NUL"),
    ],
)
def test_a_fault_is_said_beside_its_column_and_nothing_is_kept(desk: Desk, cells: dict[str, str], column: str) -> None:
    with pytest.raises(RowRefused) as refused:
        desk.write(ANA, SLUG, Change(CALLS, cells), NOW, FROM)
    assert column in {fault.column for fault in refused.value.faults}
    assert desk.state(SLUG).revision == 1


def test_what_forms_make_of_the_cast_and_the_window_is_kept_beside_anothers_words(desk: Desk) -> None:
    toml = (desk.rows(SLUG, WORDS)[0].cells or {})[WORDS]

    def write(who: Person, text: str) -> KeptRow | Conflict:
        return desk.write_words(who, SLUG, text.encode(), 1, NOW, FROM)

    written(write(BEN, toml.replace('"A night"', '"The night"')))
    written(write(ANA, changed(toml, ("parties", 0), colour="#2166AC")))
    written(write(ANA, changed(toml, ("callers", 1), id="PA", name="Press")))
    written(write(ANA, changed(toml, ("window",), end="3 a.m. Nov. 6, 2030")))
    about = desk.story(SLUG).about
    assert (about.title, about.parties[0].colour, about.callers[1].id) == ("The night", "#2166AC", "PA")
    assert about.window.end == datetime(2030, 11, 6, 8, tzinfo=UTC)
    assert isinstance(write(BEN, changed(toml, ("window",), end="4 a.m. Nov. 6, 2030")), Conflict)
    assert desk.story(SLUG).about.window == about.window


def test_a_published_row_changes_only_with_a_reason(desk: Desk) -> None:
    (row,) = desk.rows(SLUG, CALLS)
    with pytest.raises(RowRefused, match="column why: found an empty field, expected a reason"):
        desk.write(ANA, SLUG, Change(CALLS, {"party": "B"}, row.id, row.revision), NOW, FROM)
    change = Change(CALLS, {"party": "B"}, row.id, row.revision, why="The log had it wrong.")
    assert written(desk.write(ANA, SLUG, change, NOW, FROM)).published


def test_earlier_states_are_compared_in_words_and_restored(desk: Desk) -> None:
    first = desk.files(SLUG)
    row = written(desk.write(ANA, SLUG, Change(CALLS, SECOND), NOW, FROM))
    desk.write(BEN, SLUG, Change(CALLS, {"note": "late"}, row.id, row.revision), NOW, FROM)
    assert [one.words for one in desk.difference(SLUG, 1, 3)] == ["AP’s two call was added"]
    assert [one.words for one in desk.difference(SLUG, 2, 3)] == ["AP’s two call: was “note: nothing”, is “note: late”"]
    desk.restore(ANA, SLUG, 1, NOW, FROM)
    assert desk.files(SLUG) == first
    assert [one.what for one in desk.history(SLUG)] == [
        "restored revision 1", "AP’s two call: was “note: nothing”, is “note: late”", "AP’s two call was added",
        "brought from its folder",
    ]  # fmt: skip
    desk.restore(ANA, SLUG, 3, NOW, FROM)
    assert b"c2,TWO,AP,B,primary,own log,2030-11-06T02:00:00Z,minute,s,late\n" in desk.files(SLUG)[CALLS]
