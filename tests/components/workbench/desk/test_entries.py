"""Parties, callers and window of a story.toml as forms: what was typed is changed, and every other letter stays."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime

import pytest

from components.clock import Clock
from components.workbench.desk.entries import (
    ENTRIES,
    entry_beside,
    entry_form,
    entry_values,
    typed_entry,
    with_typed,
)
from data.desk.toml_words import Where
from data.story.store import SHIPPED
from data.story.story_checks import examine
from data.story.story_toml import Caller, Night, Party
from tests.support.small_story import contest, files

NOW = datetime(2030, 11, 6, tzinfo=UTC)
SMALL = files({"contests": [contest("oh", 18)]})
NIGHT = """clock = "America/New_York"

[window] # the night
start = 2030-11-05T18:00:00-05:00   # when polls close
end = 2030-11-06T06:00:00Z

[[parties]]
id = "A"
name = "Side A"   # kept
candidate = "Ann Ash"
short = "Ann"

# ours
[[callers]]
id = "AP"
name = "Agency"
selectable = true

[credit]
newsroom = "N"
"""


def changed(toml: str, where: Where, **values: str) -> str:
    """The file after these fields of the form at this place were typed over."""
    raw = tomllib.loads(toml)
    form = entry_form(str(where[0]), Clock("America/New_York"), datetime(2030, 11, 5, 23, tzinfo=UTC))
    was = entry_values(form, raw, where)
    now = was | values
    return with_typed(toml, where, was, now, typed_entry(form, now, now=NOW).cells)


def test_every_key_of_a_party_a_caller_and_the_window_has_its_field() -> None:
    for part, model in (("parties", Party), ("callers", Caller), ("window", Night)):
        assert {one.name for one in ENTRIES[part]} == set(model.model_fields)


@pytest.mark.parametrize("slug", SHIPPED.slugs())
def test_a_form_that_nobody_typed_into_changes_no_letter(slug: str) -> None:
    toml = SHIPPED.files(slug)["story.toml"].decode()
    raw = tomllib.loads(toml)
    places: list[Where] = [
        (part, index) for part in ("parties", "callers") for index in range(len(raw.get(part, [])) + 1)
    ]
    assert [changed(toml, where) for where in (*places, ("window",))] == [toml] * (len(places) + 1)


@pytest.mark.parametrize(
    ("where", "values", "was", "now"),
    [
        pytest.param(("parties", 0), {"name": "B"}, '"Side A"', '"B"', id="a name, its comment kept"),
        pytest.param(("parties", 0), {"colour": "#2166AC", "to_win": "3"}, 'short = "Ann"\n',
                     'short = "Ann"\ncolour = "#2166AC"\nto_win = 3\n', id="keys that were not there"),
        pytest.param(("callers", 0), {"selectable": "no"}, "true", "false", id="a switch"),
        pytest.param(("window",), {"end": "1 am"}, "", "", id="the same instant in other words"),
        pytest.param(("window",), {"end": "2:30 am"}, "06T06:00:00Z", "06T07:30:00Z", id="an end after its start"),
        pytest.param(("window",), {"start": "7 p.m. Nov. 5, 2030"}, "05T18:00:00-05:00", "06T00:00:00Z", id="a start"),
        pytest.param(("callers", 1), {"id": "PA", "name": "Press"}, "selectable = true\n",
                     'selectable = true\n\n[[callers]]\nid = "PA"\nname = "Press"\nselectable = true\n', id="a caller"),
    ],
)  # fmt: skip
def test_what_was_typed_is_changed_and_every_other_letter_stays(
    where: Where, values: dict[str, str], was: str, now: str
) -> None:
    assert changed(NIGHT, where, **values) == NIGHT.replace(was, now)


def test_an_entry_more_can_stand_in_a_list_on_one_line() -> None:
    toml = SMALL["story.toml"].decode()
    found = tomllib.loads(changed(toml, ("callers", 1), id="PA", name="Press"))["callers"]
    assert found[1] == {"id": "PA", "name": "Press", "selectable": True}


@pytest.mark.parametrize(
    ("where", "values", "name", "said"),
    [
        pytest.param(("parties", 0), {"colour": "blue"}, "colour", "expected a colour like #", id="colour"),
        pytest.param(("parties", 0), {"id": "a b"}, "id", "expected a name of letters, digits and hyphens", id="key"),
        pytest.param(("parties", 0), {"id": "B"}, "id", "ids of parties must be unique; given twice: B.", id="twice"),
        pytest.param(("parties", 0), {"to_win": "many"}, "to_win", "expected a whole number.", id="words"),
        pytest.param(("parties", 0), {"to_win": "99"}, "to_win", "to_win of A, 99, is more than total", id="all"),
        pytest.param(("callers", 0), {"selectable": "no"}, "selectable", "caller 'AP' is not selectable", id="caller"),
        pytest.param(("window",), {"end": "6 p.m. Nov. 5, 2030"}, "end", "must end after it starts", id="no night"),
    ],
)  # fmt: skip
def test_what_the_checker_says_stands_beside_its_field(
    where: Where, values: dict[str, str], name: str, said: str
) -> None:
    toml = changed(SMALL["story.toml"].decode(), where, **values)
    faults = examine("small", SMALL | {"story.toml": toml.encode()}).faults.listed()
    found, _ = entry_beside(entry_form(str(where[0]), Clock("UTC"), NOW), faults)
    assert said in found[name]
