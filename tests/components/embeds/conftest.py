"""Pictures are given ten minutes: how busy the machine is decides no test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from components.embeds.pictures import images


@pytest.fixture(scope="session", autouse=True)
def _patience() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(images, "_LONGEST_SECONDS", 600.0)
        yield
