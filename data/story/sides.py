"""The sides of a night as charts draw them: each its own look, and those of least weight together beyond eight."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from data.core.model import When
from data.story.colours import OTHERS, shades_of
from data.story.story_toml import SIDE_TONES, Party


@dataclass(frozen=True, slots=True)
class Side:
    """One or several parties as charts draw them; `parties` are their ids, `told` their names where they are several.

    `tone` is one of SIDE_TONES, or OTHERS. `colours` are those on the light and the dark ground of a party that has
    its own.
    """

    name: str
    tone: str
    parties: frozenset[str]
    told: tuple[str, ...] = ()
    colours: tuple[str, str] | None = None


def sides_of(parties: Iterable[Party], called: Iterable[tuple[str, When, int]]) -> tuple[Side, ...]:
    """The sides in the order of story.toml. Beyond as many as there are tones, those called least are one, at the end.

    `called` are a caller's calls: party, interval and weight; those that are only possible do not count. Of equal
    weight the earlier in story.toml is drawn by itself. A tone that another has before is given up for a free one.
    """
    held = tuple(parties)
    weights = Counter[str]()
    for party, when, weight in called:
        weights[party] += 0 if when.open else weight
    heaviest = sorted(held, key=lambda party: -weights[party.id])[: len(SIDE_TONES)]
    kept = [party for party in held if party in heaviest]
    tones = _tones(kept)
    drawn = {(shade.party, shade.ground): shade.drawn for shade in shades_of(held)}
    sides = [
        Side(
            party.short,
            tones[party.id],
            frozenset({party.id}),
            colours=(drawn[party.short, "light"], drawn[party.short, "dark"]) if party.colour else None,
        )
        for party in kept
    ]
    if folded := [party for party in held if party not in heaviest]:
        told = tuple(party.short for party in folded)
        sides.append(Side(OTHERS, OTHERS, frozenset(party.id for party in folded), told))
    return tuple(sides)


def _tones(parties: Iterable[Party]) -> dict[str, str]:
    """The tone of each party: its own where no other has it before, else the first that nobody asks for."""
    held = tuple(parties)
    own: dict[str, str] = {}
    for party in held:
        if party.tone == OTHERS or (party.tone and party.tone not in own.values()):
            own[party.id] = party.tone
    free = [tone for tone in SIDE_TONES if tone not in own.values()]
    return own | dict(zip((party.id for party in held if party.id not in own), free, strict=False))
