"""Every number, count, "no", "at least", time and name that is served agrees with a reference made from the tables."""

from __future__ import annotations

import json
import sys
from ast import Import, ImportFrom, parse, walk
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from random import Random
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.story.store import BUNDLED
from tests.support.cases import cases
from tests.support.random_cases import ask, ask_claim, bundled_nights, random_case, small_night
from tests.support.reference import Night, instant
from tests.support.sentences import KINDS, Case, Reading
from tests.support.small_nights import ANN, BEN, Served, SmallCall, between, called, write_night

#: What an older commit served, address -> what its document says.
OLDER: dict[str, list[str]] = json.loads(
    (Path(__file__).parents[2] / "recordings" / "sentences" / "older.json").read_text(encoding="utf-8")
)["served"]

#: Kinds of sentence that bundled nights hold none of, or few: small nights and `make fuzz` meet them.
RARE = (
    "withdrawn",
    "withdrawal in a table",
    "withdrawal in data",
    "withdrawal",
    "none",
    "nothing",
    "no",
    "reading",
    "no total stands",
    "time of two",
    "no observation",
    "moment, time",
    "time before the first call",
    "a series",
    "observations",
    "apart",
    "open",
    "claim without a call",
    "for nobody",
    "no winner stood",
    "outcome",
    "outcome of an event",
    "projection",
    "projections",
    "projection in a table",
    "label of a projection",
    "count",
    "counts",
    "count in a table",
    "label of a count",
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("stories")


@pytest.fixture(scope="module")
def served(root: Path) -> Iterator[Served]:
    found = Served(root)
    yield found
    found.close()


@pytest.mark.slow
def test_what_is_served_of_the_bundled_nights_is_true(served: Served) -> None:
    rng, reading = Random(20161108), Reading()
    nights = bundled_nights()
    for _ in range(70):
        slug = rng.choice(sorted(nights))
        ask(rng, served, reading, random_case(rng, slug, nights[slug]))
    assert not reading.false, "\n".join(reading.false[:5])
    common = [kind for kind in KINDS if not kind.endswith(RARE) and "account" not in kind and "reported" not in kind]
    assert len(common) > 20 and [kind for kind in common if not reading.met[kind]] == []


@pytest.mark.parametrize("name", ["reference", "sentences"])
def test_the_reference_shares_no_code_with_the_product(name: str) -> None:
    tree = parse((Path(__file__).parents[2] / "support" / f"{name}.py").read_text(encoding="utf-8"))
    found = {part.module or "" for part in walk(tree) if isinstance(part, ImportFrom)}
    found |= {alias.name for part in walk(tree) if isinstance(part, Import) for alias in part.names}
    assert {one for one in found if one.split(".")[0] not in sys.stdlib_module_names} <= {"tests.support.reference"}


@pytest.mark.slow
def test_verdicts_on_claims_follow_from_the_bounds_of_the_tables(served: Served) -> None:
    rng, reading = Random(2), Reading()
    for night in bundled_nights().values():
        for _ in range(8):
            ask_claim(rng, served, reading, night)
    assert not reading.false, "\n".join(reading.false[:5])
    assert reading.met["verdict on an account"] > 20


_NUMBERS = count()


@pytest.mark.slow
@pytest.mark.parametrize("many", cases(30, long=[300]))
def test_what_is_served_of_any_small_night_is_true(many: int, root: Path, served: Served) -> None:
    @settings(max_examples=many)
    @given(seed=st.integers(0, 2**32 - 1))
    def read_back(seed: int) -> None:
        rng, reading, slug = Random(seed), Reading(), f"small-{next(_NUMBERS)}"
        night = small_night(rng, root, slug)
        for _ in range(3):
            ask(rng, served, reading, random_case(rng, slug, night))
        assert not reading.false, "\n".join(reading.false[:5])

    read_back()


def older_nights(root: Path) -> None:
    """The small nights of which the older documents tell, written once."""
    if (root / "one").exists():
        return
    write_night(root, [called("X1", ANN, "01:00")], slug="one")
    write_night(root, [called("X1", ANN, "01:00"), called("X2", BEN, "02:00", 2)], slug="headline")
    calls = [called("X1", ANN, "01:00", 10), between("X2", ANN, "00:30", "04:00", 5), called("X3", BEN, "05:00", 3)]
    write_night(root, calls, slug="summary", emphasised=["X1"])
    # The clocks of New York show 1:10 a.m. twice on this day.
    twice = [
        SmallCall(f"X{weight}", ANN if weight == 1 else BEN, weight, f"2030-11-03T0{4 + weight}:10:00Z")
        for weight in (1, 2)
    ]
    write_night(
        root,
        twice,
        slug="twice",
        emphasised=["X1", "X2"],
        zone="America/New_York",
        start="2030-11-03T04:00:00Z",
        end="2030-11-03T10:00:00Z",
    )


def asked(address: str, root: Path) -> tuple[Case, str]:
    """The case that this address asks for, and in which form."""
    parts, (_, kind, slug, name) = urlsplit(address), urlsplit(address).path.split("/")
    chart, dot, form = name.partition(".")
    query = {key: instant(value) for key, [value] in parse_qs(parts.query).items() if key != "caller"}
    night = Night(root / slug if (root / slug).exists() else BUNDLED / slug)
    case = Case(night, slug, chart, query["from"], query["to"], "AP", query.get("at"))
    return case, "share" if kind == "s" else dot + form


@pytest.mark.parametrize(
    ("told", "kinds"),
    [
        pytest.param("/embed/us-2020/timeline?from=2020-11-03T23%3A55", "headline of calls, no", id="no call is said"),
        pytest.param(
            "/s/us-2020/timeline",
            "card title of calls, no; headline of a picture of calls, no; card description of totals",
            id="no call is said on a card",
        ),
        pytest.param(
            "/embed/us-2020/timeline?from=2020-11-03T23%3A00",
            "headline of calls, no",
            id="no call is said up to a moment",
        ),
        pytest.param(
            "/embed/headline/timeline.svg", "alternative of calls, no", id="two calls that are not emphasised"
        ),
        pytest.param("/embed/us-2016/timeline", "summary of totals", id="a bound as a total in a summary"),
        pytest.param("/s/us-2024/timeline", "card description of totals", id="a bound as a total on a card"),
        pytest.param("/s/summary/timeline", "card description of totals", id="a bound as a total of a small night"),
        pytest.param(
            "/embed/us-2024/results?", "headline of totals; by or before", id="the end of a range in a headline"
        ),
        pytest.param("/embed/us-2024/results.svg", "alternative of totals", id="the end of a range beside its drawing"),
        pytest.param("/embed/one/timeline", "summary of one; headline of calls, no", id="1 seats"),
        pytest.param("/embed/twice/timeline.svg", "time of two", id="1:10 a.m. twice without a zone"),
        pytest.param(
            "/embed/us-2016/replay",
            "replay, happened, no minute that is over; replay, known, nothing",
            id="nothing yet, said hours later",
        ),
    ],
)
def test_what_was_false_in_an_older_document_is_found_and_is_true_today(
    told: str, kinds: str, root: Path, served: Served
) -> None:
    older_nights(root)
    [(address, said)] = [(address, said) for address, said in OLDER.items() if address.startswith(told)]
    case, form = asked(address, root)
    before, today = Reading(), Reading()
    before.read(case, form, "\n".join(said))
    assert {*kinds.split("; ")} <= {one.split(": /")[0] for one in before.false}
    today.read(case, form, served.text(case.address(form)))
    assert today.met and not today.false, "\n".join(today.false[:5])
