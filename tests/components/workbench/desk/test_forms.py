"""Forms of rows: fields, choices and words from the row's own type, and what was typed as the row it stands for."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest

from components.workbench.desk.forms import (
    ON_DESK,
    ROW_TYPES,
    WHEN,
    Asks,
    adjusted,
    beside,
    differing,
    form_of,
    merged,
    shown,
    suggested,
    title_of,
    typed,
    with_id,
)
from data.story.faults import Fault
from data.story.store import SHIPPED
from data.story.story_checks import Examined, examine
from tests.support.small_story import call, contest, files

NOW = datetime(2030, 11, 6, 1, 30, 20, tzinfo=UTC)


def small(*calls: dict[str, object], **more: list[dict[str, object]]) -> Examined:
    """A draft of three contests and these calls."""
    tables = {"contests": [contest("oh", 18), contest("fl", 29), contest("nc", 15)], "calls": list(calls)} | more
    return examine("small", files(tables))


def test_a_call_is_asked_for_in_the_order_in_which_it_is_heard() -> None:
    form = form_of("calls", small())
    assert [one.name for one in form.fields if one.first] == ["contest", "party", WHEN, "caller", "source", "basis"]
    assert [one.name for one in form.fields if not one.first] == ["outcome", "role", "note", "id"]
    assert form.named("contest").choices == (("OH", "oh (OH)"), ("FL", "fl (FL)"), ("NC", "nc (NC)"))
    assert form.named("party").choices[1:] == (("A", "Ann Ash (A)"), ("B", "Ben Birch (B)"))


def test_every_column_of_every_table_of_the_desk_has_its_field() -> None:
    draft = SHIPPED.examine("us-2016")
    for table in ON_DESK:
        form = form_of(table, draft)
        columns = set(ROW_TYPES[table].model_fields)
        times = (
            {"at", "earliest", "latest", "date", "precision"} if WHEN in {one.name for one in form.fields} else set()
        )
        assert {one.name for one in form.fields} - {WHEN} == columns - times
    assert form_of("observations", draft).named("until").asks is Asks.TIME
    assert form_of("observations", draft).named("picture").first
    assert form_of("observations", draft).named("grade").choices == (("A", "A"), ("B", "B"), ("C", "C"), ("D", "D"))


def test_what_is_typed_is_the_row_of_a_file() -> None:
    form = form_of("calls", small())
    values = {"contest": "FL", "party": "A", WHEN: "1:10 am", "caller": "AP", "source": "s", "basis": "own wire"}
    found = typed(form, values | {"role": "primary"}, now=NOW)
    assert found.faults == {}
    assert found.cells == {
        "contest": "FL", "party": "A", "at": "2030-11-06T01:10:00Z", "precision": "minute", "caller": "AP",
        "source": "s", "role": "primary", "basis": "own wire",
    }  # fmt: skip


def test_a_time_that_is_none_is_said_beside_its_field_and_stays_typed() -> None:
    found = typed(form_of("calls", small()), {WHEN: "soon"}, now=NOW)
    assert found.faults == {WHEN: "“soon” is not a time; write it like 8 pm, or Nov. 9, 1:30 am."}


@pytest.mark.parametrize("slug", SHIPPED.slugs())
def test_a_row_that_is_opened_and_saved_as_it_is_stays_the_same(slug: str) -> None:
    draft, held = SHIPPED.examine(slug), SHIPPED.files(slug)
    for table in ON_DESK:
        content = held.get(f"{table}.csv", b"").decode("utf-8-sig")
        for row in list(csv.DictReader(io.StringIO(content)))[::9]:
            form = form_of(table, draft, row)
            assert typed(form, shown(form, row), now=NOW).cells == {name: cell for name, cell in row.items() if cell}


def test_faults_stand_beside_their_fields_and_the_others_below() -> None:
    faults = [
        Fault("calls.csv", 2, "contest", "'TX'", "a code of contests.csv"),
        Fault("calls.csv", 2, "earliest", "an empty cell", "a time, because precision is window"),
        Fault("contests.csv", None, "weight", "weights that sum to 62", "63, the total in story.toml"),
    ]
    fields, others = beside(form_of("calls", small()), faults)
    assert fields["contest"] == "Found 'TX', expected a code of contests.csv."
    assert fields[WHEN] == "Expected a time, because precision is window."
    assert others == (
        "contests.csv, column weight: found weights that sum to 62, expected 63, the total in story.toml",
    )


def test_a_call_is_withdrawn_and_no_second_log_of_it() -> None:
    ohio = call("ap-oh", "oh", "A", "01:00")
    draft = small(ohio, ohio | {"id": "log-oh", "role": "corroboration"})
    assert form_of("withdrawals", draft).named("call").choices == (("ap-oh", "oh, AP, A"),)


def test_a_new_call_begins_with_what_the_last_ones_came_from() -> None:
    rows = [{"caller": "AP", "basis": "own wire", "source": "s"}, {"caller": "CNN", "basis": "own log", "source": "t"}]
    draft = small()
    form = form_of("calls", draft)
    assert suggested(form, rows, draft) == {
        "caller": "AP", "role": "primary", "outcome": "won", WHEN: "now", "basis": "own wire", "source": "s",
    }  # fmt: skip


def test_where_the_last_calls_came_from_different_places_none_is_suggested() -> None:
    rows = [{"caller": "AP", "basis": "own wire", "source": source} for source in ("s", "s", "s", "ohio")]
    begun = suggested(form_of("calls", small()), rows, small())
    assert (begun["basis"], begun.get("source")) == ("own wire", None)


@pytest.mark.parametrize(("caller", "role"), [("AP", "primary"), ("CNN", "other")])
def test_only_the_storys_own_caller_has_primary_calls(caller: str, role: str) -> None:
    draft = small()
    assert adjusted(form_of("calls", draft), {"caller": caller, "role": "primary"}, draft)["role"] == role


def test_a_new_row_gets_an_id_of_its_own() -> None:
    form = form_of("calls", small())
    cells = {"contest": "US-FL", "caller": "AP", "party": "A"}
    assert with_id(form, cells, [])["id"] == "us-fl-ap-a"
    assert with_id(form, cells, ["us-fl-ap-a", "us-fl-ap-a-2"])["id"] == "us-fl-ap-a-3"
    assert with_id(form, cells | {"id": "mine"}, [])["id"] == "mine"
    assert "id" not in with_id(form_of("contests", small()), {"code": "X"}, [])


def test_a_row_in_a_list_is_named_as_people_name_it() -> None:
    draft = small(call("one", "fl", "A", "01:10"))
    cells = {"contest": "FL", "party": "A", "caller": "AP", "at": "2030-11-06T01:10:00Z", "precision": "minute"}
    form = form_of("calls", draft)
    assert title_of(form, cells) == "fl (FL) · Ann Ash (A) · Agency · 1:10 a.m. Nov. 6, 2030"


def test_two_versions_are_read_column_by_column_and_one_chooses() -> None:
    draft = small()
    form = form_of("calls", draft)
    mine = {"party": "A", "at": "2030-11-06T01:10:00Z", "note": "mine"}
    theirs = {"party": "B", "at": "2030-11-06T01:10:00Z"}
    assert list(differing(form, mine, theirs)) == [
        ("note", "Note", "mine", "nothing"),
        ("party", "For", "Ann Ash (A)", "Ben Birch (B)"),
    ]
    assert merged(theirs, mine, ["note"]) == {"party": "B", "at": "2030-11-06T01:10:00Z", "note": "mine"}


def test_without_a_clock_there_is_no_form() -> None:
    broken = examine("small", files({}) | {"story.toml": b"title = 3"})
    with pytest.raises(ValueError, match=r"story.toml has a fault"):
        form_of("calls", broken)
