"""What is due at the desk goes out while its process runs, and nowhere else."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from components.server import scheduled
from data.desk.values import State
from tests.support.desks import ANA, FROM, NOW, PAT, SLUG, a_desk, a_night


@pytest.mark.parametrize(("writes", "state"), [("desk", State.PUBLISHED), ("local", State.SCHEDULED)])
def test_what_is_due_goes_out_where_there_is_a_desk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, writes: str, state: State
) -> None:
    monkeypatch.setattr(scheduled, "EVERY_SECONDS", 0.02)
    desk = a_desk(tmp_path, a_night())
    desk.write_words(ANA, SLUG, desk.files(SLUG)["story.toml"].replace(b"A night", b"The night"), 1, NOW, FROM)
    desk.schedule(PAT, SLUG, NOW.replace(hour=21), NOW, FROM)
    ended = scheduled.publish_when_due(desk.settings.model_copy(update={"writes": writes}))
    deadline = time.monotonic() + (20 if state is State.PUBLISHED else 0.3)
    while desk.state(SLUG).due and time.monotonic() < deadline:
        time.sleep(0.02)
    ended.set()
    assert desk.state(SLUG).state is state
