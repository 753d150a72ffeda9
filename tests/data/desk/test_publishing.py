"""Publishing: readers get a revision whole, with a correction for each row that changed, or keep what they had."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from data.core.errors import DataError, StoryInvalid
from data.desk.desk import Desk
from data.desk.drafts import changed, draft_of
from data.desk.publishing import corrections
from data.desk.store import DeskStore
from data.desk.values import AT_TERMINAL, BY_OTHERS, Change, KeptRow, NotAllowed, Role, RowRefused, State
from data.recorders.story_rows import change_story
from data.story.store import SHIPPED, StoryStore
from data.story.story import Story, UnknownStory
from tests.support import small_story
from tests.support.desks import ANA, BEN, FROM, NOW, PAT, SLUG, a_night

CALLS = "calls.csv"
LATER = NOW + timedelta(hours=1)
SECOND = {"id": "c2", "contest": "TWO", "caller": "AP", "party": "B", "role": "primary", "basis": "own log",
          "at": small_story.at("02:00"), "precision": "minute", "source": "s"}  # fmt: skip
BY_FEED = SECOND | {"id": "c3", "contest": "THREE", "party": "A", "at": small_story.at("03:00")}


def add_second(desk: Desk) -> KeptRow:
    row = desk.write(ANA, SLUG, Change(CALLS, SECOND), NOW, FROM)
    assert isinstance(row, KeptRow)
    return row


def correct_first(desk: Desk, party: str = "B") -> None:
    row = desk.rows(SLUG, CALLS)[0]
    desk.write(ANA, SLUG, Change(CALLS, {"party": party}, row.id, row.revision, "The log had it wrong."), NOW, FROM)


def test_what_a_publisher_publishes_is_what_readers_have(desk: Desk) -> None:
    add_second(desk)
    assert desk.state(SLUG).state is State.CHANGED
    assert b"c2" not in desk.folders.files(SLUG)[CALLS]
    desk.ask_review(ANA, SLUG, NOW, FROM)
    assert desk.state(SLUG).state is State.IN_REVIEW
    published = desk.publish(PAT, SLUG, NOW, FROM, seen=2)
    assert (published.revision, published.corrections) == (2, ())
    assert dict(desk.folders.files(SLUG)) == dict(desk.files(SLUG))
    assert desk.state(SLUG).state is State.PUBLISHED
    assert [row.action for row in desk.audit.rows(SLUG)][:2] == ["published", "ask for a review"]


def test_a_new_story_is_the_desks_alone_until_its_words_are_written_and_published(desk: Desk) -> None:
    state = desk.begin(ANA, "town-2026", "Who called the town", NOW, FROM)
    assert (state.title, state.state, state.published) == ("Who called the town", State.DRAFT, 0)
    assert "town-2026" not in desk.folders.slugs()
    with pytest.raises(DataError, match="key kicker: found FILL IN: which night, and its date"):
        desk.publish(PAT, "town-2026", NOW, FROM)
    words = desk.files("town-2026")["story.toml"].replace(b"FILL IN", b"Said")
    desk.write_words(ANA, "town-2026", words, 1, NOW, FROM)
    assert desk.publish(PAT, "town-2026", NOW, FROM).revision == 2
    assert dict(desk.folders.files("town-2026")) == dict(desk.files("town-2026"))
    for taken in ("town-2026", SLUG):
        with pytest.raises(DataError, match="choose another name"):
            desk.begin(ANA, taken, "", NOW, FROM)
    with pytest.raises(DataError, match="a story's name has lower-case letters"):
        desk.begin(ANA, "../town", "", NOW, FROM)


def test_an_editor_may_not_publish_and_a_publisher_not_what_they_have_not_seen(desk: Desk) -> None:
    add_second(desk)
    with pytest.raises(NotAllowed, match="Ana may not publish"):
        desk.publish(ANA, SLUG, NOW, FROM)
    with pytest.raises(DataError, match="changed while you looked at revision 1; look at revision 2"):
        desk.publish(PAT, SLUG, NOW, FROM, seen=1)
    assert b"c2" not in desk.folders.files(SLUG)[CALLS]


def test_a_published_row_that_changes_is_a_correction_with_its_reason(desk: Desk) -> None:
    correct_first(desk)
    published = desk.publish(PAT, SLUG, NOW, FROM)
    (correction,) = desk.folders.read(SLUG).corrections
    assert published.corrections == ("AP’s one call",)
    assert (correction.where, correction.was, correction.now) == ("AP’s one call", "for Ann Ash", "for Ben Birch")
    assert correction.row == "calls:c1"
    assert (correction.why, correction.corrected, correction.source) == ("The log had it wrong.", NOW, "s")


def test_a_time_in_a_correction_follows_the_readers_clock() -> None:
    public = draft_of(SLUG, a_night(), 1)
    draft = public.put(changed(public, [Change(CALLS, {"at": small_story.at("01:05")}, "1", 1, "Misread.")], 2))
    _, row = corrections(public, draft, NOW, 3)
    assert row.cells is not None
    assert row.cells["was"] == "{stamp:2030-11-06T01:00:00Z}"
    assert row.cells["now"] == "{stamp:2030-11-06T01:05:00Z}"


def test_what_was_changed_and_changed_back_is_no_correction(desk: Desk) -> None:
    correct_first(desk, "B")
    correct_first(desk, "A")
    desk.publish(PAT, SLUG, NOW, FROM)
    assert desk.folders.read(SLUG).corrections == ()


def test_a_draft_may_be_unfinished_and_is_not_published_so(desk: Desk) -> None:
    (contest, *_) = desk.rows(SLUG, "contests.csv")
    heavier = Change("contests.csv", {"weight": "2"}, contest.id, contest.revision, "A recount.")
    desk.write(ANA, SLUG, heavier, NOW, FROM)
    with pytest.raises(StoryInvalid, match="found weights that sum to 4, expected 3"):
        desk.publish(PAT, SLUG, NOW, FROM)
    assert desk.folders.read(SLUG).contests[0].weight == 1
    assert desk.state(SLUG).published == 1


def refuses(story: Story, files: Mapping[str, bytes], at: datetime) -> Callable[[], str]:
    raise DataError("the bucket does not answer")


def shows_nothing(story: Story, files: Mapping[str, bytes], at: datetime) -> Callable[[], str]:
    def show() -> str:
        raise DataError("the bucket refuses its latest")

    return show


@pytest.mark.parametrize("bundle", [refuses, shows_nothing])
def test_a_bucket_that_refuses_leaves_what_readers_have(desk: Desk, bundle: Callable[..., Callable[[], str]]) -> None:
    correct_first(desk)
    before = desk.folders.files(SLUG)
    with pytest.raises(DataError, match="the bucket"):
        desk.publish(PAT, SLUG, NOW, FROM, bundle=bundle)
    assert desk.folders.files(SLUG) == before
    state = desk.state(SLUG)
    assert (state.published, state.trouble[:10]) == (1, "the bucket")
    # The second attempt tells readers of the correction once.
    desk.publish(PAT, SLUG, LATER, FROM, bundle=lambda story, files, at: lambda: "v7")
    assert len(desk.folders.read(SLUG).corrections) == 1
    assert (desk.state(SLUG).trouble, desk.state(SLUG).state) == ("", State.PUBLISHED)


def test_a_full_disk_leaves_what_readers_have(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    add_second(desk)
    before = desk.folders.files(SLUG)

    def refuse(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", refuse)
        with pytest.raises(OSError, match="No space left"):
            desk.publish(PAT, SLUG, NOW, FROM)
    assert desk.folders.files(SLUG) == before
    assert (desk.state(SLUG).published, desk.state(SLUG).trouble) == (1, "No space left on device")


def test_what_a_recorder_wrote_meanwhile_stays(desk: Desk) -> None:
    correct_first(desk)
    change_story(desk.folders, SLUG, desk.settings, {CALLS: [BY_FEED]})
    desk.publish(PAT, SLUG, NOW, FROM)
    calls = {call.id: call.party for call in desk.folders.read(SLUG).calls}
    assert calls == {"c1": "B", "c3": "A"}
    assert [one.what for one in desk.history(SLUG)][1] == "written into the folder by others"
    assert [row.published for row in desk.rows(SLUG, CALLS)] == [True, True]


def test_a_draft_holds_what_a_recorder_wrote_and_readers_have_it_still(desk: Desk) -> None:
    change_story(desk.folders, SLUG, desk.settings, {CALLS: [BY_FEED]})
    desk.catch_up(SLUG, NOW)
    assert [(row.cells or {})["id"] for row in desk.rows(SLUG, CALLS)] == ["c1", "c3"]
    assert (desk.state(SLUG).state, desk.state(SLUG).by, desk.ahead(SLUG)) == (State.PUBLISHED, BY_OTHERS.email, ())
    desk.catch_up(SLUG, NOW)
    assert desk.state(SLUG).revision == 2
    # What was looked at before it came may be published, and what is restored leaves it in its place.
    correct_first(desk)
    change_story(desk.folders, SLUG, desk.settings, {CALLS: [BY_FEED | {"note": "projected"}]})
    desk.restore(ANA, SLUG, 1, NOW, FROM, why="It was right.")
    desk.catch_up(SLUG, NOW)
    assert [one.words for one in desk.ahead(SLUG)] == []
    assert desk.publish(PAT, SLUG, NOW, FROM, seen=4).corrections == ()
    assert {call.id: call.note for call in desk.folders.read(SLUG).calls} == {"c1": "", "c3": "projected"}


def test_a_call_that_the_feed_wrote_cannot_be_typed_after_it(desk: Desk) -> None:
    proposal = desk.proposals.propose(ANA, SLUG, CALLS, BY_FEED | {"id": "typed"}, NOW, FROM)
    change_story(desk.folders, SLUG, desk.settings, {CALLS: [BY_FEED]})
    with pytest.raises(RowRefused, match="a second primary call of THREE by AP"):
        desk.write(ANA, SLUG, Change(CALLS, BY_FEED | {"id": "typed"}), NOW, FROM)
    with pytest.raises(RowRefused, match="a second primary call of THREE by AP"):
        desk.accept(BEN, proposal.id, NOW, FROM)
    desk.publish(PAT, SLUG, NOW, FROM)
    assert [call.id for call in desk.folders.read(SLUG).calls] == ["c1", "c3"]


def test_a_folder_with_a_fault_and_a_publication_that_goes_on_are_let_be(desk: Desk) -> None:
    broken = dict(desk.folders.files(SLUG)) | {CALLS: b"id,contest\nc9,atlantis\n"}
    place = Path(desk.folders.place(SLUG))
    (place / CALLS).write_bytes(broken[CALLS])
    desk.catch_up(SLUG, NOW)
    assert desk.state(SLUG).revision == 1
    with pytest.raises(UnknownStory):
        desk.catch_up("../elsewhere", NOW)


def test_a_row_that_a_recorder_and_an_editor_changed_is_looked_at_first(desk: Desk) -> None:
    correct_first(desk)
    first = {**(desk.rows(SLUG, CALLS, revision=1)[0].cells or {}), "note": "from the feed"}
    change_story(desk.folders, SLUG, desk.settings, {CALLS: [first]})
    with pytest.raises(DataError, match=r"in the folder what you changed here: AP’s one call. Both are kept; compare"):
        desk.publish(PAT, SLUG, NOW, FROM)
    assert [one.words for one in desk.difference(SLUG, 3, 4)] == [
        "AP’s one call: was “for Ann Ash; note: from the feed”, is “for Ben Birch; note: nothing”"
    ]
    desk.publish(PAT, SLUG, NOW, FROM)
    (call,) = desk.folders.read(SLUG).calls
    assert (call.party, call.note) == ("B", "")


def test_a_scheduled_revision_goes_out_at_its_time_without_what_came_later(desk: Desk) -> None:
    correct_first(desk)
    state = desk.schedule(PAT, SLUG, LATER, NOW, FROM)
    assert (state.state, state.due) == (State.SCHEDULED, LATER)
    add_second(desk)
    change_story(desk.folders, SLUG, desk.settings, {CALLS: [BY_FEED]})
    assert desk.run_due(NOW) == ()
    (state,) = desk.run_due(LATER)
    assert (state.state, state.due, state.trouble) == (State.CHANGED, None, "")
    assert {call.id for call in desk.folders.read(SLUG).calls} == {"c1", "c3"}
    assert len(desk.folders.read(SLUG).corrections) == 1
    assert desk.run_due(LATER) == ()


def test_a_schedule_holds_only_while_whoever_made_it_may_publish(desk: Desk) -> None:
    add_second(desk)
    desk.schedule(PAT, SLUG, LATER, NOW, FROM)
    desk.people.set_role(AT_TERMINAL, ANA.email, Role.PUBLISHER, NOW, FROM)
    desk.people.set_role(AT_TERMINAL, PAT.email, Role.EDITOR, NOW, FROM)
    (state,) = desk.run_due(LATER)
    assert "may not publish" in state.trouble
    assert state.published == 1
    desk.run_due(LATER)
    assert [row.action for row in desk.audit.rows(SLUG)].count("failed") == 1
    with pytest.raises(DataError, match="the time to publish at has passed"):
        desk.schedule(ANA, SLUG, NOW, LATER, FROM)
    assert desk.schedule(ANA, SLUG, None, LATER, FROM).state is State.CHANGED


@pytest.mark.parametrize("written", [False, True])
def test_a_publication_that_was_interrupted_is_settled(desk: Desk, written: bool) -> None:
    class Killed(BaseException):
        pass

    def kill() -> str:
        raise Killed

    add_second(desk)
    if written:
        killed = pytest.raises(Killed)
        with killed:
            desk.publish(PAT, SLUG, NOW, FROM, bundle=lambda story, files, at: kill)
    else:
        with pytest.raises(Killed):
            desk.publish(PAT, SLUG, NOW, FROM, bundle=lambda story, files, at: kill())  # type: ignore[arg-type]
    desk.run_due(LATER)
    state = desk.state(SLUG)
    assert (state.published, state.trouble != "") == ((2, False) if written else (1, True))
    assert (b"c2" in desk.folders.files(SLUG)[CALLS]) is written


def test_everything_that_shows_a_story_shows_its_draft(desk: Desk) -> None:
    store: StoryStore = DeskStore(desk)
    before = store.stamp(SLUG)
    add_second(desk)
    assert store.stamp(SLUG) != before
    assert [call.id for call in store.read(SLUG).calls] == ["c1", "c2"]
    assert (store.files(SLUG), store.examine(SLUG).count) == (desk.files(SLUG), desk.examine(SLUG).count)
    assert store.snapshots(SLUG) == desk.folders.snapshots(SLUG)
    # Of a story that the desk does not have: what its folder holds.
    assert store.read("us-2024") == SHIPPED.read("us-2024")
    assert {SLUG, "us-2024"} <= set(store.slugs())
    with pytest.raises(DataError, match="is changed at the desk"):
        store.write(SLUG, desk.files(SLUG))
    with pytest.raises(DataError, match="keeps every state"):
        store.remove(SLUG)
