"""What is new in a night is told once, with its bounds and source; a secret is shown nowhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from components.cli.alerts import alert, sender_of, tell_new
from data.core.errors import DataError
from data.core.settings import Settings
from data.recorders.status import read_statuses
from data.story.store import FolderStore
from tests.support.live_nights import called, follower, live_night, table
from tests.support.loopback import Answer, Loopback, loopback
from tests.support.terminal import typed


@pytest.fixture
def server() -> Iterator[Loopback]:
    with loopback() as found:
        yield found


@pytest.fixture
def night(tmp_path: Path) -> Settings:
    return live_night(tmp_path)


class Sent:
    """A sender that remembers, and fails while it is told to."""

    def __init__(self) -> None:
        self.titles: list[str] = []
        self.texts: list[str] = []
        self.works = True

    def __call__(self, title: str, text: str) -> bool:
        if self.works:
            self.titles.append(title)
            self.texts.append(text)
        return self.works


def _told(night: Settings, sent: Sent, sheet: Path, *rows: dict[str, object]) -> int:
    sheet.write_bytes(table(*rows))
    follower(night, sheet).ask()
    return tell_new("night", FolderStore(night.stories), night, sent)


def test_each_thing_is_told_once_the_oldest_first(night: Settings, tmp_path: Path) -> None:
    sheet, sent = tmp_path / "calls.csv", Sent()
    assert _told(night, sent, sheet, called("OH")) == 0
    assert sent.titles == []
    for _ in range(2):
        _told(night, sent, sheet, called("OH", status="withdrawn"), called("FL", "B"))
    assert sent.titles == ["AP called fl for Ben", "WITHDRAWN: AP withdrew its call of oh for Ann"]
    assert sent.texts[0].endswith("Source: Source, A page, https://example.org/.")


def test_what_could_not_be_sent_is_tried_again(night: Settings, tmp_path: Path) -> None:
    sheet, sent = tmp_path / "calls.csv", Sent()
    _told(night, sent, sheet)
    sent.works = False
    assert _told(night, sent, sheet, called("OH")) == 1
    sent.works = True
    assert _told(night, sent, sheet, called("OH")) == 0
    assert sent.titles == ["AP called oh for Ann"]


@pytest.mark.parametrize(("status", "trouble"), [(200, ""), (500, "an alert could not be sent and is tried again")])
def test_it_leaves_word_of_whether_all_that_is_new_was_told(
    night: Settings, tmp_path: Path, server: Loopback, monkeypatch: pytest.MonkeyPatch, status: int, trouble: str
) -> None:
    sheet = tmp_path / "calls.csv"
    _told(night, Sent(), sheet)
    sheet.write_bytes(table(called("OH")))
    follower(night, sheet).ask()
    server.answers("/hook", Answer(b"{}", status))
    for name, value in (("STORIES", night.stories[0]), ("RECORDS", night.records)):
        monkeypatch.setenv(f"NIGHTDESK_{name}", str(value))
    monkeypatch.setenv("NIGHTDESK_ALERTS", f"json://127.0.0.1:{server.port}/hook")
    monkeypatch.setattr("components.cli.alerts.time.sleep", _stopped)
    with pytest.raises(KeyboardInterrupt):
        alert("night", once=False, kinds=())
    (word,) = [one for one in read_statuses(night, "night") if one.kind == "alerts"]
    assert (word.written, word.trouble.partition(";")[0]) == (0 if trouble else 1, trouble)
    assert (word.answered_at is None) == bool(trouble)


def _stopped(_: float) -> None:
    raise KeyboardInterrupt


def test_a_webhook_gets_the_sentence_by_the_library(server: Loopback) -> None:
    server.answers("/hook", Answer(b"{}"))
    assert sender_of(f"json://127.0.0.1:{server.port}/hook")("AP called Ohio for Ann", "by 1 a.m.")
    body = json.loads(server.asked[0].body)
    assert (body["title"], body["message"]) == ("AP called Ohio for Ann", "by 1 a.m.")


@pytest.mark.parametrize("addresses", ["", "nonsense://a-secret", "json://127.0.0.1/x gibberish-a-secret"])
def test_nobody_to_tell_is_said_without_the_addresses(addresses: str) -> None:
    with pytest.raises(DataError, match="NIGHTDESK_ALERTS must hold addresses") as caught:
        sender_of(addresses)
    assert "a-secret" not in str(caught.value)


def test_at_a_terminal_nobody_to_tell_is_one_sentence(
    night: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NIGHTDESK_STORIES", str(night.stories[0]))
    monkeypatch.delenv("NIGHTDESK_ALERTS", raising=False)
    assert typed("alert", "night", "--once") == 1
    assert capsys.readouterr().err.count("\n") == 1
