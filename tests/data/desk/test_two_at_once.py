"""Two editors at once, and processes that are killed: no edit is lost or there twice, and readers’ folder is whole."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from tests.support import small_story
from tests.support.cases import cases
from tests.support.desk_writers import CALLS
from tests.support.desks import ANA, BEN, SLUG, a_desk
from tests.support.forked import Forked, ended

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[3]


def started(said: Path, *words: object) -> Forked:
    """A process of tests/support/desk_writers.py that says what it says into this file."""
    return Forked(["-m", "tests.support.desk_writers", *map(str, words)], os.environ, said)


def four_calls() -> dict[str, bytes]:
    names = ("one", "two", "three", "four")
    calls = [small_story.call(f"c-{name}", name, "A", "01:00", note="") for name in names]
    return small_story.files({"contests": [small_story.contest(name, 1) for name in names], "calls": calls})


@pytest.mark.parametrize("edits", cases(8, long=[100]))
def test_of_random_edits_by_two_none_is_lost_and_none_is_there_twice(tmp_path: Path, database: str, edits: int) -> None:
    desk = a_desk(tmp_path, four_calls(), database=database)
    words = [tmp_path / f"{who.email} said" for who in (ANA, BEN)]
    people = zip(words, (ANA, BEN), strict=True)
    both = [started(said, "edit", tmp_path, database, who.email, edits) for said, who in people]
    assert ended(both) == [0, 0], [said.read_text() for said in words]
    kept = [tuple(line.split()) for said in words for line in said.read_text().splitlines()]
    assert len(set(kept)) == len(kept) == 2 * edits
    stands = [(row.id, said) for row in desk.rows(SLUG, CALLS) for said in (row.cells or {})["note"].split()]
    assert Counter(stands) == Counter(kept)
    rows = [row for row in desk.audit.rows(SLUG, most=1_000) if row.action == "write"]
    assert Counter((row.row, json.loads(row.now)["note"].split()[-1]) for row in rows) == Counter(kept)
    assert desk.state(SLUG).revision == 1 + 2 * edits


def test_a_process_that_is_killed_leaves_the_store_and_the_folder_whole(tmp_path: Path, database: str) -> None:
    # `make bench-desk` kills a hundred.
    said = tmp_path / "said"
    assert ended([started(said, "kill", tmp_path, database, 3)], 600) == [0], said.read_text()
    found = json.loads(said.read_text())
    assert (found["whole"], found["mended"]) == (3, 3)
    # Otherwise they were killed before they did anything.
    assert found["published"] > 1
