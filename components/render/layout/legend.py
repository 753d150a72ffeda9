"""What a lane's shapes mean: the entries of its legend, the same in every drawing."""

from __future__ import annotations

from typing import NamedTuple

from components.charts.grammar import Lane, Spans, Tone
from components.render.layout.geometry import in_row
from components.render.layout.theme import is_soft, look

#: Entries that stand for no tone.
SOFT, EARLIER, GROUND = "soft", "earlier", "ground"
_SAYS = {SOFT: "⊟", EARLIER: "←", GROUND: "▒"}
#: States of what was looked at: only beside them does empty ground say that nothing is on record.
_WATCHED = {Tone.FAILING, Tone.DEGRADED, Tone.ANSWERING}
_SIGNS = {
    ("square", "full"): "■",
    ("diamond", "full"): "◆",
    ("diamond", "half"): "◈",
    ("circle", "full"): "●",
    ("circle", "open"): "○",
    ("triangle", "full"): "▲",
}


class Key(NamedTuple):
    """One entry: the tone whose shape it explains (or what else it does), and its words."""

    tone: Tone
    about: str
    words: str

    @property
    def sign(self) -> str:
        """A character that looks like the drawn shape."""
        if self.about:
            return _SAYS[self.about]
        return _SIGNS[(look(self.tone).shape, look(self.tone).fill)]


def keys_of(lane: Lane) -> tuple[Key, ...]:
    """A legend for a lane with named rows: only the shapes, the hollowness and the ground found in this very lane."""
    if not lane.tracks:
        return ()
    rows = [(mark, item) for mark, item in lane.items if in_row(lane, mark, item)]
    names = {(item.tone or mark.tone): mark.name for mark, item in rows}
    found = [Key(tone, "", name) for tone, name in names.items()]
    tones = list(names)
    if any(is_soft(item) and not isinstance(mark, Spans) for mark, item in rows):
        found.append(Key(tones[0], SOFT, "hollow: time known only roughly"))
    if any(item.by for _, item in rows):
        found.append(Key(tones[0], EARLIER, "may have begun at any time before"))
    if names and not names.keys() & _WATCHED:
        return tuple(found)
    return (*found, Key(Tone.NEUTRAL, GROUND, "empty ground: nothing on record"))
