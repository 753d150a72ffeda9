"""Elections Canada's table: both languages, no times; validated results name a winner, preliminary ones do not."""

from __future__ import annotations

import pytest

from data.core.errors import SourceChanged
from data.sources.feeds.elections_canada import ElectionsCanadaFeed
from data.sources.feeds.feed import Stage, Standing
from data.story.story import Story
from data.story.story_toml import Feed
from tests.support.small_story import contest, files, story_of

_HEADER = (
    "Electoral district number - Numéro de la circonscription", "Electoral district name",
    "Nom de la circonscription", "Type of results*", "Type de résultats**", "Surname - Nom de famille",
    "Middle name(s) - Autre(s) prénom(s)", "Given name - Prénom", "Political affiliation", "Appartenance politique",
    "Votes obtained - Votes obtenus", "% Votes obtained - Votes obtenus %", "Rejected ballots - Bulletins rejetés***",
    "Total number of ballots cast - Nombre total de votes déposés",
)  # fmt: skip
_TITLE, _NOTE = "Results of a test / Résultats d'un essai", "* Preliminary results are not official."
FEED = Feed(id="ec", kind="elections-canada", parties={"Liberal": "A", "Néo-démocrate": "B"})


@pytest.fixture(scope="module")
def night() -> Story:
    ridings = [contest("35001", 1), contest("24002", 1)]
    content = files({"contests": ridings})
    return story_of(
        content | {"story.toml": content["story.toml"].replace(b"emphasised", b"live = true\nemphasised", 1)}
    )


def _row(number: str, riding: str, kind: str, party: str, parti: str, votes: str) -> str:
    return "\t".join((number, riding, riding, kind, kind, "S", "", "G", party, parti, votes, "1", "0", "2"))


def _table(*rows: str, encoding: str = "utf-8-sig") -> bytes:
    return "\r\n".join((_TITLE, "\t".join(_HEADER), *rows, "", _NOTE)).encode(encoding)


def _read(night: Story, content: bytes) -> tuple[Standing, ...]:
    return ElectionsCanadaFeed().read(content, night, FEED).standings


def test_a_preliminary_count_calls_nothing_whoever_leads(night: Story) -> None:
    (found,) = _read(night, _table(_row("35001", "Ajax", "preliminary", "Liberal", "Libéral", "9,001")))
    assert (found.contest, found.stage) == ("35001", Stage.OPEN)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252"])
def test_validated_results_name_the_side_with_most_votes_in_either_language(night: Story, encoding: str) -> None:
    content = _table(
        _row("24002", "L'Île", "preliminary", "Liberal", "Libéral", "900"),
        _row("24002", "L'Île", "validated", "Liberal", "Libéral", "899"),
        _row("24002", "L'Île", "validated", "NDP-New Democratic Party", "Néo-démocrate", "1,000"),
        encoding=encoding,
    )
    (found,) = _read(night, content)
    assert (found.contest, found.stage, found.party, found.outcome, found.stated) == (
        "24002", Stage.CALLED, "B", "won", None,
    )  # fmt: skip
    assert dict(found.cells) == {"note": "Elections Canada gives these results as validated"}


def test_a_judge_counts_more_than_a_returning_officer_and_as_many_votes_are_a_tie(night: Story) -> None:
    rows = [
        _row("35001", "Ajax", kind, "Liberal", "Libéral", votes)
        for kind, votes in (("validated", "20"), ("judicially certified", "21"))
    ]
    other = _row("35001", "Ajax", "judicially certified", "NDP", "Néo-démocrate", "21")
    (found,) = _read(night, _table(*rows, other))
    assert (found.stage, found.party, found.outcome) == (Stage.CALLED, "", "tie")


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (_row("99", "Nowhere", "validated", "Liberal", "Libéral", "1"), "Elections Canada names the riding 'Nowhere'"),
        (_row("35001", "Ajax", "validated", "Rhino", "Rhinocéros", "1"), "Elections Canada has 'Rhino' win 35001"),
        (_row("99", "Nowhere", "preliminary", "Liberal", "Libéral", "1"), ""),
    ],
    ids=["no such riding", "no such side", "preliminary elsewhere"],
)
def test_what_it_cannot_mean_is_held(night: Story, row: str, why: str) -> None:
    (found,) = _read(night, _table(row))
    assert found.fault.startswith(why) and bool(found.fault) == bool(why)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "something that is not its table"),
        (b"<html>Maintenance</html>", "something that is not its table"),
        (_table().replace(b"Votes obtained", b"Ballots"), "lacks columns that it had: votes"),
    ],
    ids=["empty", "a web page", "another column"],
)
def test_what_is_not_its_table_is_refused_in_a_sentence(night: Story, content: bytes, why: str) -> None:
    with pytest.raises(SourceChanged, match=why):
        _read(night, content)
