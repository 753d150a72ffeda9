"""What the tests of sources share: recordings, a source on this machine that answers as told, and mangled answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from data.core.settings import Settings
from data.net.client import Desk, open_desk
from data.sources.provider import Visit
from tests.support.loopback import Answer, Loopback, loopback, settings_at

RECORDINGS = Path(__file__).parents[1] / "recordings"


def recording(name: str) -> bytes:
    return (RECORDINGS / name).read_bytes()


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@dataclass(frozen=True)
class Place:
    """A source on this machine, asked at one path, and where its answers are kept."""

    server: Loopback
    path: str
    settings: Settings
    story: Path

    def desk(self, now: datetime) -> Desk:
        return open_desk(self.settings, now=lambda: now, sleep=lambda seconds: None)

    @contextmanager
    def visit(self, now: datetime) -> Iterator[Visit]:
        with self.desk(now) as desk:
            yield Visit(desk, self.settings, self.story, now)

    @property
    def asked(self) -> list[dict[str, str]]:
        """The parameters of each request at the path."""
        found = [asked.params for asked in self.server.asked if asked.path == self.path]
        assert len(found) == len(self.server.asked), [asked.path for asked in self.server.asked]
        return [{name: value for name, (value,) in params.items()} for params in found]


@contextmanager
def answering(folder: Path, path: str, *answers: bytes | tuple[int, bytes]) -> Iterator[Place]:
    """A source that gives its answers in turn, the last one again and again; one without a status is a 200."""
    with loopback() as server:
        whole = [given if isinstance(given, tuple) else (200, given) for given in answers]
        server.answers(path, *(Answer(body, status) for status, body in whole))
        yield Place(server, path, settings_at(server.url, folder), folder / "story")


def kept_files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def mangled(whole: bytes) -> st.SearchStrategy[bytes]:
    """Any bytes, a recording with a piece replaced, and one of JSON with a value or a name somewhere replaced."""
    cut = st.integers(0, len(whole))
    spliced = st.tuples(cut, cut, st.binary(max_size=12)).map(
        lambda given: whole[: min(given[:2])] + given[2] + whole[max(given[:2]) :]
    )
    return st.binary(max_size=200) | spliced | _twisted(whole)


_LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    | st.sampled_from(["", "-", "2016110900", "20161109T030000Z", "20161109035012", "2016-11-09T03:00+14:00", "0" * 40])
)  # fmt: skip
_VALUES = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def _twisted(draw: st.DrawFn, whole: bytes) -> bytes:
    """A recording of JSON in which a few values are replaced, repeated, dropped or renamed."""
    try:
        value = {"": json.loads(whole)}
    except ValueError:
        return draw(_VALUES.map(lambda drawn: json.dumps(drawn).encode()))
    for _ in range(draw(st.integers(1, 3))):
        inside: Any = value
        while True:
            keys = list(inside) if isinstance(inside, dict) else list(range(len(inside)))
            key = draw(st.sampled_from(keys)) if keys else None
            if key is None or not isinstance(inside[key], dict | list) or not draw(st.integers(0, 3)):
                break
            inside = inside[key]
        if key is not None:
            _twist(draw, inside, key)
    return json.dumps(value.get("")).encode()


def _twist(draw: st.DrawFn, inside: Any, key: Any) -> None:
    action = draw(st.sampled_from(["replace", "replace", "drop", "again"]))
    if action == "replace":
        inside[key] = draw(_VALUES)
    elif action == "drop":
        del inside[key]
    elif isinstance(inside, list):
        inside.append(inside[key])
    else:
        inside[draw(st.text(max_size=5))] = inside[key]
