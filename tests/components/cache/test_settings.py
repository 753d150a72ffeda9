"""The settings of this process follow its variables, but not in the midst of a page."""

from __future__ import annotations

import pytest

from components.cache.stories import held, settings_here


def test_a_changed_variable_counts_from_the_next_page_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NIGHTDESK_STORY", "us-2016")
    with held():
        monkeypatch.setenv("NIGHTDESK_STORY", "uk-2016")
        assert settings_here().story == "us-2016"
    assert settings_here().story == "uk-2016"
