"""Rows pasted from a spreadsheet: parted as it parts them, held against what is there, written where they belong."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime

from components.workbench.desk.pasted import changes_of, read_pasted, with_pasted
from data.desk.values import Change, KeptRow

NOW = datetime(2030, 11, 6, 1, tzinfo=UTC)


def test_contests_from_a_spreadsheet_are_rows_of_the_table() -> None:
    pasted = read_pasted(
        "code\tname\tshort\tweight\tsource\nOH\tOhio\tOhio\t18\ts\nFL\tFlorida\tFla.\t29\ts\n", "contests"
    )
    assert pasted.faults == ()
    assert changes_of(pasted, "contests", [])[1] == Change(
        "contests.csv", {"code": "FL", "name": "Florida", "short": "Fla.", "weight": "29", "source": "s"}
    )


def test_a_row_that_is_there_gets_what_is_pasted_of_it() -> None:
    there = KeptRow("7", "contests.csv", 3, {"code": "FL", "name": "Florida", "weight": "27"}, "ana@example.org", NOW)
    pasted = read_pasted("code;weight;name;short;source\nFL;29;Florida;Fla.;s\n", "contests")
    change = changes_of(pasted, "contests", [there])[0]
    assert (change.id, change.base) == ("7", 3)
    assert change.cells is not None and change.cells["weight"] == "29"


def test_a_column_that_the_table_does_not_have_is_said_with_its_line() -> None:
    pasted = read_pasted("code,colour\nFL,blue\n", "contests")
    assert "contests.csv, line 1, column colour: found a column that this table does not have" in str(pasted.faults[0])


def test_sites_and_searches_go_to_the_ends_of_their_lists() -> None:
    toml = (
        'title = "A"\n\n[[services]]\nid = "one"\nhost = "one.org"\nname = "One"\nmain = true\n\n[credit]\nnote = ""\n'
    )
    sites = read_pasted("id,host,name,main\ntwo,two.org,Two,no\n", "sites")
    found = tomllib.loads(with_pasted(toml, sites, "sites"))
    assert [site["id"] for site in found["services"]] == ["one", "two"]
    assert found["services"][1]["main"] is False
    terms = read_pasted("term\tgeo\nmove to canada\tUS\n", "searches")
    assert tomllib.loads(with_pasted(toml, terms, "searches"))["searches"] == [{"term": "move to canada", "geo": "US"}]
