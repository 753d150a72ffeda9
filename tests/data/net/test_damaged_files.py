"""A file of the cache whose bytes have changed costs one miss; where it cannot be read it is moved aside."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from requests import PreparedRequest, Response
from urllib3 import HTTPResponse

from data.core.errors import SourceUnavailable
from data.net.answer_cache import AnswerStore
from data.net.rate_limit import AskedToWait, Circuits, Pacer
from tests.support.cases import cases

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
DAY = 24 * 3600
QUESTIONS = [f"question-{number}" for number in range(8)]


def store(folder: Path) -> AnswerStore:
    return AnswerStore(folder / "answers.sqlite", lambda kept: None)


def answer(question: str) -> Response:
    """What a source answered, about half a kilobyte of it."""
    request, found = PreparedRequest(), Response()
    request.prepare("GET", f"https://source.example/{question}")
    found.request, found.url, found.status_code = request, str(request.url), 200
    found.raw = HTTPResponse(io.BytesIO((question * 50).encode()), request_url=found.url, preload_content=False)
    assert found.content
    return found


def body(kept: AnswerStore, question: str) -> bytes | None:
    found = kept.get_response(question)
    return found.content if found else None


def flipped(data: bytes, places: range) -> Iterator[bytes]:
    """The data with one byte turned over, at each of these places."""
    for at in places:
        yield data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]


def head(data: bytes) -> Iterator[bytes]:
    """Each byte of what SQLite reads first."""
    return flipped(data, range(100))


def here_and_there(data: bytes) -> Iterator[bytes]:
    """Sixty bytes of the rest."""
    return flipped(data, range(100, len(data), len(data) // 60))


def all_over(data: bytes) -> Iterator[bytes]:
    """Three hundred bytes of the rest."""
    return flipped(data, range(100, len(data), len(data) // 300))


def cut(data: bytes) -> Iterator[bytes]:
    """The file as it ends after each twentieth."""
    return (data[:at] for at in range(1, len(data), len(data) // 20))


@pytest.mark.slow
@pytest.mark.parametrize("damaged", cases(head, here_and_there, cut, long=[all_over]))
def test_an_answer_of_a_damaged_file_is_the_one_that_was_kept_or_none_and_the_next_one_is_kept(
    tmp_path: Path, damaged: Callable[[bytes], Iterator[bytes]]
) -> None:
    first = store(tmp_path / "first")
    for question in QUESTIONS:
        first.save_response(answer(question), question)
    whole = (tmp_path / "first" / "answers.sqlite").read_bytes()
    for number, left in enumerate(damaged(whole)):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "answers.sqlite").write_bytes(left)
        kept = store(folder)
        for question in QUESTIONS:
            assert body(kept, question) in (None, answer(question).content)
            kept.save_response(answer(question), question)
            assert body(kept, question) == answer(question).content
        assert len(list(folder.glob("answers-broken-*"))) <= 1


def damaged_states(folder: Path, pattern: str) -> Iterator[tuple[Path, bytes]]:
    """The file of a host, in each form that it has after one bit of it was turned over."""
    (file,) = folder.glob(f"hosts/{pattern}")
    whole = file.read_bytes()
    for at in range(len(whole)):
        for bit in range(8):
            yield file, whole[:at] + bytes([whole[at] ^ 1 << bit]) + whole[at + 1 :]


def refused_for(circuits: Circuits) -> float:
    """Seconds for which the host is left alone; 0 for none."""
    try:
        circuits.refuse_if_open("host")
    except SourceUnavailable as refused:
        return float(refused.retry_after or 0)
    return 0.0


def _wait() -> None:
    raise AskedToWait("wait", hold=3600)


def test_a_damaged_circuit_is_closed_or_open_for_a_day_at_most_and_is_moved_aside_if_it_cannot_be_read(
    tmp_path: Path,
) -> None:
    circuits = Circuits(tmp_path, lambda: NOON)
    with pytest.raises(AskedToWait):
        circuits.call("host", _wait)
    for file, damaged in damaged_states(tmp_path, "*.circuit.json"):
        file.write_bytes(damaged)
        assert 0 <= refused_for(circuits) <= DAY
        try:
            json.loads(damaged)
        except ValueError:
            assert not file.exists()
    assert list(tmp_path.glob("hosts/*.circuit-broken-*.json"))


def test_a_damaged_pace_costs_one_pause_at_most_and_the_next_turn_is_kept(tmp_path: Path) -> None:
    waits: list[float] = []
    pacer = Pacer(tmp_path, lambda: NOON, waits.append, lambda host: 10.0)
    pacer.wait("host")
    for file, damaged in damaged_states(tmp_path, "*.pace.json"):
        file.write_bytes(damaged)
        try:
            pacer.wait("host")
        except SourceUnavailable:
            file.unlink()  # a turn further off than anybody waits for
        else:
            assert json.loads(file.read_bytes())["next"] > NOON.timestamp()
    assert max(waits) <= pacer.patience


@pytest.mark.parametrize("back", [timedelta(hours=1), timedelta(days=2), timedelta(days=4000)])
def test_a_clock_set_back_leaves_a_host_alone_for_a_day_at_most(tmp_path: Path, back: timedelta) -> None:
    clock = [NOON]
    circuits = Circuits(tmp_path, lambda: clock[0])
    with pytest.raises(AskedToWait):
        circuits.call("host", _wait)
    clock[0] -= back
    for _ in range(25):
        refused_for(circuits)  # each request looks at it anew
        clock[0] += timedelta(hours=1)
    assert refused_for(circuits) == 0
    assert circuits.call("host", lambda: "asked again") == "asked again"


def test_a_clock_set_back_is_no_reason_to_wait_for_a_turn(tmp_path: Path) -> None:
    clock, waits = [NOON], list[float]()
    pacer = Pacer(tmp_path, lambda: clock[0], waits.append, lambda host: 10.0)
    pacer.wait("host")
    clock[0] -= timedelta(days=400)
    pacer.wait("host")
    assert waits == []
