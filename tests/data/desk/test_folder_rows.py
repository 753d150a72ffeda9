"""What others write into the folder between two publications: none of it is lost, and none of what editors wrote."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from data.core.errors import DataError
from data.desk.drafts import Draft, changed, draft_of
from data.desk.folder_rows import taken_in
from data.desk.values import Change
from tests.support import small_story
from tests.support.desks import SLUG, a_night

CALLS = "calls.csv"
Files = dict[str, bytes]


def edited(files: Files) -> Files:
    """As a text editor or a recorder leaves the calls."""
    return files | {CALLS: files[CALLS].replace(b"c1,ONE,AP,A", b"c1,ONE,AP,B")}


def added(files: Files) -> Files:
    return files | {CALLS: files[CALLS] + b"c0,TWO,AP,A,primary,own log,2030-11-06T00:30:00Z,minute,s,by the feed\n"}


def removed(files: Files) -> Files:
    return files | {CALLS: files[CALLS].partition(b"\n")[0] + b"\n"}


def widened(files: Files) -> Files:
    """With a column more, as a recorder adds one for its bounds."""
    head, _, row = files[CALLS].partition(b"\n")
    return added(files) | {CALLS: head + b",earliest\n" + row.replace(b"\n", b",\n")}


def without_calls(files: Files) -> Files:
    return {name: content for name, content in files.items() if name != CALLS}


def with_milestones(files: Files) -> Files:
    return files | {"milestones.csv": b"id,label,kind,precision,source\nm1,M,other,none,s\n"}


def reworded(files: Files) -> Files:
    return files | {"story.toml": files["story.toml"].replace(b'"A night"', b'"The night"')}


@pytest.mark.parametrize(
    "others", [edited, added, removed, widened, without_calls, with_milestones, reworded], ids=lambda one: one.__name__
)
def test_a_draft_nobody_touched_becomes_what_the_folder_is(others: Callable[[Files], Files]) -> None:
    base = draft_of(SLUG, a_night(), 1)
    found = taken_in(base, base, others(a_night()), 2)
    assert dict(base.put(found.rows).files) == others(a_night())
    assert found.on_top == ()


def with_own_row() -> tuple[Draft, Draft]:
    """A draft in which an editor added a call with a note in a column of their own; and what it was before."""
    base = draft_of(SLUG, a_night(), 1)
    cells = {name: str(cell) for name, cell in small_story.call("c3", "three", "A", "03:00", outcome="won").items()}
    return base, base.put(changed(base, [Change(CALLS, cells)], 2))


@pytest.mark.parametrize("others", [edited, added, widened], ids=lambda one: one.__name__)
def test_an_editors_row_stays_beside_what_others_wrote(others: Callable[[Files], Files]) -> None:
    base, draft = with_own_row()
    found = taken_in(draft, base, others(a_night()), 3)
    after = draft.put(found.rows)
    assert not after.examined.faults.count
    theirs = draft_of(SLUG, others(a_night()), 1)
    names = {row.line.cells["id"]: row.line.cells for row in after.by_file[CALLS][1:] if row.line.cells}
    for row in theirs.by_file[CALLS][1:]:
        assert (
            row.line.cells
            and names[row.line.cells["id"]].items() >= {k: v for k, v in row.line.cells.items() if v}.items()
        )
    assert (names["c3"]["outcome"], found.on_top) == ("won", ())


def test_what_both_changed_is_kept_twice_with_the_editors_on_top() -> None:
    base = draft_of(SLUG, a_night(), 1)
    draft = base.put(changed(base, [Change(CALLS, {"note": "mine"}, "1", 1, "Why.")], 2))
    found = taken_in(draft, base, edited(a_night()), 3)
    assert [(row.revision, row.cells and row.cells["party"]) for row in found.rows] == [(3, "B")]
    assert [(row.revision, row.follows, row.cells and row.cells["note"]) for row in found.on_top] == [(4, 3, "mine")]


def test_other_words_of_one_story_toml_are_put_together() -> None:
    base = draft_of(SLUG, a_night(), 1)
    words = a_night()["story.toml"].decode()
    draft = base.put(changed(base, [Change("story.toml", {"story.toml": words.replace("live = true\n", "")}, "0")], 2))
    found = taken_in(draft, base, reworded(a_night()), 3)
    after = draft.put(found.rows).put(found.merged)
    assert found.on_top == ()
    assert after.files["story.toml"].decode() == words.replace("live = true\n", "").replace('"A night"', '"The night"')


def test_a_row_that_an_editor_and_a_recorder_wrote_alike_is_there_once() -> None:
    base = draft_of(SLUG, a_night(), 1)
    cells = {"id": "c0", "contest": "TWO", "caller": "AP", "party": "A", "role": "primary", "basis": "own log",
             "at": small_story.at("00:30"), "precision": "minute", "source": "s", "note": "by the feed"}  # fmt: skip
    draft = base.put(changed(base, [Change(CALLS, cells)], 2))
    found = taken_in(draft, base, added(a_night()), 3)
    assert dict(draft.put(found.rows).files) == added(a_night())
    assert found.on_top == ()


def test_columns_in_another_order_are_refused() -> None:
    base = draft_of(SLUG, a_night(), 1)
    files = a_night() | {CALLS: b"contest,id,caller,party,role,basis,at,precision,source,note\n"}
    with pytest.raises(DataError, match=r"calls.csv in the folder has other columns than before: put id, contest"):
        taken_in(base, base, files, 2)
