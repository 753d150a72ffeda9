"""The desk's pages as they are wired: what somebody of each role finds there, and what becomes of what they do."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.proto.SelectWidgetFilterMode_pb2 import SelectWidgetFilterMode
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest

from components.text import HARD_SPACE
from components.workbench.sign_in import COOKIE
from components.workbench.write_gate import is_within_limits
from data.core.program import utc_now
from data.desk.values import AT_TERMINAL, Change, State
from data.recorders.story_rows import change_story
from tests.pages.test_pages import charts, open_page, said
from tests.support.desk_servers import ANA, BEN, ROB, TestDesk, a_desk
from tests.support.page_tables import tables_of
from tests.support.writing import sit_at_this_machine

As = Callable[[str], None]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TestDesk:
    found = a_desk(tmp_path)
    for name, value in found.environ.items():
        monkeypatch.setenv(name, value)
    sit_at_this_machine(monkeypatch)
    monkeypatch.setattr(ContextProxy, "ip_address", property(lambda _: "127.0.0.1"))
    return found


@pytest.fixture
def sit(desk: TestDesk, monkeypatch: pytest.MonkeyPatch) -> As:
    """Whose session the next pages are of."""

    def sit_as(email: str) -> None:
        cookies = {COOKIE: desk.cookie(email)}
        monkeypatch.setattr(ContextProxy, "cookies", property(lambda _: cookies))

    return sit_as


def _at(**query: str) -> AppTest:
    page = open_page("desk", **query)
    assert not page.exception
    return page


def _field(page: AppTest, name: str) -> str:
    """The key of a field of the open form, whichever turn it has."""
    widgets = [*page.text_input, *page.selectbox, *page.multiselect, *page.text_area]
    return next(str(one.key) for one in widgets if str(one.key).endswith(f"-{name}") and "desk-" in str(one.key))


def _fill(page: AppTest, **values: str) -> AppTest:
    for name, value in values.items():
        key = _field(page, name)
        if name in ("contest", "party", "caller", "basis", "kind"):
            page.selectbox(key=key).set_value(value)
        elif name == "source":
            page.multiselect(key=key).set_value(value.split())
        elif name == "label":
            page.text_area(key=key).set_value(value)
        else:
            page.text_input(key=key).set_value(value)
    return page.run()


def _rows(desk: TestDesk, slug: str, file: str) -> list[dict[str, str]]:
    return [dict(row.cells) for row in desk.desk.rows(slug, file) if row.cells is not None]


def test_a_reader_finds_that_the_desk_is_for_others(desk: TestDesk) -> None:
    assert "The desk is for people who are signed in." in said(_at())


def test_the_stories_stand_with_their_state_and_their_last_change(sit: As) -> None:
    sit(BEN)
    page = _at()
    assert [link.proto.label for link in page.get("page_link") if "night" in link.proto.label] == ["**A night**"] * 2
    text = said(page)
    assert "Revision 2, by the server’s terminal" in text and "U.S. election, Nov. 5–6, 2024" in text


def test_a_fault_stands_beside_its_field_and_nothing_typed_is_lost(desk: TestDesk, sit: As) -> None:
    sit(ANA)
    page = _fill(_at(story="night", row="new"), contest="OH", party="A", when="soon")
    assert "“soon” is not a time" in said(page)
    page = page.button(key="save-row").click().run()
    assert page.text_input(key=_field(page, "when")).value == "soon"
    page = _fill(page, when="1:10 am")
    assert "a second primary call of OH by AP" in said(page)
    assert "1 a.m. Nov. 6, 2030, which came with the story." in said(page)
    page.button(key="save-row").click().run()
    assert page.selectbox(key=_field(page, "party")).value == "A"
    assert len(_rows(desk, "night", "calls.csv")) == 1


def test_the_sentence_of_a_call_stands_beside_it_before_it_is_saved(desk: TestDesk, sit: As) -> None:
    sit(ANA)
    page = _at(story="night", row="new")
    sources = page.multiselect(key=_field(page, "source")).proto
    assert (sources.filter_mode, sources.select_all) == (SelectWidgetFilterMode.FILTER_MODE_CONTAINS, 0)
    page = _fill(page, contest="FL", party="A", when="1:10 am")
    assert "1:10 a.m. UTC, Nov. 6, 2030: AP called fl for Ann" in said(page)
    page.button(key="save-row").click().run()
    assert [row["contest"] for row in _rows(desk, "night", "calls.csv")] == ["OH", "FL"]
    assert desk.desk.audit.rows("night")[0].by == ANA
    published = _at(story="night", row=desk.desk.rows("night", "calls.csv")[0].id)
    text = said(_fill(published, when="1:05 am").button(key="save-row").click().run())
    assert "Expected a reason in words" in text and "1:05 a.m. UTC, Nov. 6, 2030: AP called oh for Ben" in text


def test_on_a_live_night_a_call_that_is_typed_waits_for_a_second_person(desk: TestDesk, sit: As) -> None:
    sit(ANA)
    page = _fill(_at(story="live", row="new"), contest="FL", party="A", when="1:10 am", source="s", basis="own wire")
    page = page.button(key="save-row").click().run()
    assert _rows(desk, "live", "calls.csv") == []
    (waiting,) = desk.desk.proposals.waiting("live")
    assert page.button(key=f"accept-typed-{waiting.id}").disabled
    sit(BEN)
    _at(story="live").button(key=f"accept-typed-{waiting.id}").click().run()
    assert [row["contest"] for row in _rows(desk, "live", "calls.csv")] == ["FL"]
    assert {"propose", "accept", "write"} <= {row.action for row in desk.desk.audit.rows("live")}


def _by_feed(desk: TestDesk, contest: str) -> None:
    row = {"id": f"feed-{contest.lower()}", "contest": contest, "caller": "AP", "party": "B", "role": "primary",
           "basis": "own wire", "at": "2030-11-06T01:09:00Z", "precision": "minute", "source": "s"}  # fmt: skip
    change_story(desk.desk.folders, "live", desk.settings, {"calls.csv": [row]})


def test_what_the_feed_wrote_stands_beside_what_is_typed_and_is_there_once(desk: TestDesk, sit: As) -> None:
    sit(ANA)
    page = _fill(_at(story="live", row="new"), contest="FL", party="A", when="1:10 am", source="s", basis="own wire")
    assert "There already" not in said(page)
    _by_feed(desk, "FL")
    page = page.run()
    there = "There already: fl (FL) · Ben Birch (B) · Agency · 1:09 a.m."
    assert there in said(page) and "written by others in the folder" in said(page)
    assert "Typed here: fl (FL) · Ann Ash (A) · Agency · 1:10 a.m." in said(page)
    page.button(key="save-row").click().run()
    assert desk.desk.proposals.waiting("live") == ()
    # One that the feed writes after this desk: neither can be published before one of them goes.
    mine = _rows(desk, "live", "calls.csv")[0] | {"id": "mine", "contest": "NC"}
    desk.desk.write(AT_TERMINAL, "live", Change("calls.csv", mine), utc_now(), "a test")
    _by_feed(desk, "NC")
    page = _at(story="live", part="publish")
    assert "a second primary call of NC by AP" in said(page)
    assert "At this desk: nc (NC)" in said(page)
    next(button for button in page.button if button.label == "Take out the one of this desk").click().run()
    assert [row["id"] for row in _rows(desk, "live", "calls.csv")] == ["feed-fl", "feed-nc"]
    assert desk.desk.ahead("live") == ()


def test_a_published_row_changes_with_a_reason_that_readers_get(desk: TestDesk, sit: As) -> None:
    sit(ANA)
    row = desk.desk.rows("live", "contests.csv")[0]
    page = _at(story="live", table="contests", row=row.id)
    page = _fill(page, short="O.")
    page = page.button(key="save-row").click().run()
    wanted = "Expected a reason in words, as readers have this row: it goes into corrections.csv."
    assert wanted in said(page)
    page = _fill(page, **{"why-it-changes": "The style book."})
    assert wanted not in said(page)
    page.button(key="save-row").click().run()
    page = _at(story="live", part="publish")
    assert "The contest oh: was “short: oh”, is “short: O.”" in said(page)
    page.button(key="publish").click().run()
    assert desk.desk.state("live").state is State.PUBLISHED
    assert desk.desk.folders.read("live").contests[0].short == "O."
    assert "The style book." in desk.desk.folders.read("live").corrections[0].why
    rows = [table["Row"].to_list() for table in tables_of(_at(story="live", part="audit"))]
    assert "The contest oh" in str(rows) and "contests.csv" not in str(rows)
    published = looked = time.monotonic()
    while "The style book." not in said(open_page("sources_and_methods", story="live")):
        assert looked < published + 5
        looked = time.monotonic()


def test_a_story_is_begun_in_the_browser_and_is_at_no_address_of_readers(desk: TestDesk, sit: As) -> None:
    sit(BEN)
    page = _at()
    page.text_input(key="new-story-headline").set_value("Who called the town")
    page.text_input(key="new-story-name").set_value("town-2026")
    page = page.button(key="new-story-begin").click().run()
    assert "Who called the town" in {title.value for title in page.title}
    assert "key kicker: found FILL IN" in said(_at(story="town-2026", part="publish"))
    assert "town-2026" not in desk.desk.folders.slugs()


def test_nobody_finds_a_button_for_what_they_may_not_do(sit: As) -> None:
    sit(ROB)
    pages = {part: _at(story="live", part=part) for part in ("publish", "history", "views")} | {"": _at()}
    keys = {part: {str(button.key) for button in page.button} for part, page in pages.items()}
    assert keys["publish"] == {"ask-review"} and "A publisher publishes" in said(pages["publish"])
    assert keys["history"] == keys["views"] == keys[""] == set()


def _written_by_ben(desk: TestDesk, was: str, now: str) -> None:
    words = desk.desk.rows("live", "story.toml")[0]
    text = (words.cells or {})["story.toml"].replace(was, now)
    desk.desk.write_words(desk.desk.people.find(BEN), "live", text.encode(), words.revision, words.at, "a test")  # type: ignore[arg-type]


def test_two_people_change_other_words_and_both_stand_and_of_the_same_one_chooses(desk: TestDesk, sit: As) -> None:
    sit(ANA)
    page = _at(story="live", part="words")
    page.text_area(key="live-title-1").set_value("A headline").run()
    _written_by_ben(desk, 'dek = "What was called."', 'dek = "Another."')
    # Her page has seen it by now; what she typed stays, and so does what she began with.
    page.run().button(key="live-title-1-save").click().run()
    about = desk.desk.story("live").about
    assert (about.title, about.dek) == ("A headline", "Another.")
    page.text_area(key="live-title-3").set_value("Mine").run()
    _written_by_ben(desk, '"A headline"', '"His"')
    page.run().button(key="live-title-3-save").click().run()
    (choice,) = page.radio
    assert [option.replace("\\", "") for option in choice.options] == ["Yours: Mine", "Ben: His"]
    assert desk.desk.story("live").about.title == "His"
    page.button(key="keep-chosen").click().run()
    assert desk.desk.story("live").about.title == "Mine"


def test_a_party_and_the_window_are_forms_with_their_faults_and_fit_what_another_saves(desk: TestDesk, sit: As) -> None:
    sit(ANA)
    page = _at(story="live", part="words").selectbox(key="desk-which-words").set_value(("parties", 0)).run()
    page = _fill(page, colour="yellow")
    assert "Found 'yellow', expected a colour like" in said(page)
    page = _fill(page, colour="#FDF38E")
    assert "its contrast is 1.1:1, and words in it need 4.5:1" in said(page)
    _written_by_ben(desk, '"Side A"', '"Side of Ann"')
    page.run().button(key="live-parties-0-1-save").click().run()
    party = desk.desk.story("live").about.parties[0]
    assert (party.colour, party.name) == ("#FDF38E", "Side of Ann")
    page = page.selectbox(key="desk-which-words").set_value(("window",)).run()
    page = _fill(page, end="soon")
    assert "“soon” is not a time" in said(page)
    page.button(key="live-window-3-save").click().run()
    page = _fill(page, end="7:30 am")
    assert "7:30 a.m. Nov. 6, 2030" in said(page)
    page.button(key="live-window-3-save").click().run()
    assert "end = 2030-11-06T07:30:00Z" in _rows(desk, "live", "story.toml")[0]["story.toml"]
    assert [row.by for row in desk.desk.audit.rows("live")[:3]] == [ANA, ANA, BEN]
    page = _fill(page, end="8 am")
    _written_by_ben(desk, "end = 2030-11-06T07:30:00Z", "end = 2030-11-06T07:00:00Z")
    page.run().button(key="live-window-4-save").click().run()
    (choice,) = page.radio
    both = [option.replace("\\", "").replace(HARD_SPACE, " ") for option in choice.options]
    assert (choice.label, both) == ("Window end", ["Yours: 8 a.m. Nov. 6, 2030", "Ben: 7 a.m. Nov. 6, 2030"])


def test_pasted_contests_come_as_one_revision(desk: TestDesk, sit: As) -> None:
    sit(ANA)
    page = _at(story="live", part="paste")
    before = desk.desk.state("live").revision
    rows = "code\tname\tshort\tweight\tsource\nVA\tva\tva\t13\ts\nOH\tOhio\toh\t18\ts\n"
    page.text_area(key="desk-paste-contests").set_value(rows).run()
    assert "2 rows read: 1 new, 1 that are here already." in said(page)
    page.button(key="save-pasted").click().run()
    assert desk.desk.state("live").revision == before + 1
    assert {row["name"] for row in _rows(desk, "live", "contests.csv")} == {"Ohio", "fl", "nc", "va"}


def test_a_revision_is_compared_and_restored(desk: TestDesk, sit: As) -> None:
    sit(ANA)
    page = _at(story="night", part="history")
    assert "The story’s words: live was “true”, is nothing" in said(page)
    page.button(key="desk-restore").click().run()
    assert desk.desk.story("night").about.live


def test_the_draft_is_seen_as_it_will_be_and_says_that_it_is_one(sit: As) -> None:
    sit(ROB)
    page = _at(story="night", part="draft")
    assert "cannot be shown whole, nor published, as it stands" in said(page)
    page = page.selectbox(key="desk-look-2").set_value(1).run()
    assert "DRAFT: seen at the desk alone. Not published." in said(page)
    assert not page.code


@pytest.mark.slow
def test_the_preview_is_the_readers_own_page_with_the_draft_on_it(desk: TestDesk, sit: As) -> None:
    sit(BEN)
    desk.desk.bring(AT_TERMINAL, "us-2016", utc_now(), "a test")
    rows = desk.desk.rows("us-2016", "observations.csv")
    row = next(row for row in rows if (row.cells or {})["status"] == "failing")
    change = Change("observations.csv", {"what": "A page in the draft"}, row.id, row.revision, "a test")
    desk.desk.write(AT_TERMINAL, "us-2016", change, utc_now(), "a test")
    page = _at(story="us-2016", part="draft")
    address = dict(page.query_params)
    for name in ("outage-reports", "search-trends"):
        page.button_group(key="desk-preview").set_value(name).run()
        real = open_page(name.replace("-", "_"), story="us-2016")
        drawn, known = tables_of(page), tables_of(real)
        assert [len(table) for table in drawn] == [len(table) for table in known] != []
        assert ("A page in the draft" in "".join(table.to_csv() for table in drawn)) == (name == "outage-reports")
        assert all(chart.alt.startswith("DRAFT: ") for chart in charts(page)) and len(charts(page)) == len(charts(real))
        # Nothing of it leads to what readers have, can be taken away or changes what is kept.
        assert not page.get("download_button") and dict(page.query_params) == address
        assert not [folder.label for folder in page.expander if "Import" in folder.label]
    page.selectbox(key="choose-clock").set_value("UTC").run()
    assert dict(page.query_params) == {**address, "clock": "UTC"}
    page.button_group(key="desk-preview").set_value("check-a-claim").run()
    assert page.header[0].value.startswith("Before") and "a.m. UTC" in said(page)


def test_a_view_is_saved_from_a_copied_link_and_named_by_articles(desk: TestDesk, sit: As) -> None:
    sit(BEN)
    page = _at(story="live", part="views")
    fields = {field.label: field for field in page.text_input}
    fields["Name"].set_value("The night")
    fields["Its link, as “Copy link” on the page copies it"].set_value("http://localhost/timeline?story=live&clock=UTC")
    page.button(key="save-view-button").click().run()
    (view,) = desk.desk.views.kept("live")
    assert (view.name, view.version, view.query) == ("The night", 1, "timeline?story=live&clock=UTC")


def test_a_source_is_asked_no_oftener_than_the_storys_limit(desk: TestDesk, sit: As) -> None:
    sit(BEN)
    desk.desk.quotas.set(AT_TERMINAL, "night", "fetch", 1, utc_now(), "a test")
    assert [is_within_limits("night", "fetch") for _ in range(2)] == [True, False]
    assert is_within_limits("live", "fetch")
