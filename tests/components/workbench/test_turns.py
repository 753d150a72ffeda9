"""Pages of sessions are run a few at a time: whoever opens many keeps no other reader from the next turn."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from bench.server import ROOT
from components.cache.render_cache import RenderCache
from components.workbench.turns import bound_runs


@pytest.fixture
def shell() -> AppTest:
    return AppTest.from_file(str(ROOT / "components" / "workbench" / "shell.py"), default_timeout=60)


def test_a_page_that_gets_no_turn_says_so_and_nothing_else(shell: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    full, free = (RenderCache(workers=1, most_waiting=1) for _ in range(2))
    bound_runs()
    monkeypatch.setattr("components.workbench.turns.RUNS", full)
    with full.turn(seconds=60):
        shell.run()
    full.close()
    assert [said.value for said in shell.warning] == [
        "Too many pages are being asked for at once; try again in a few seconds."
    ]
    assert not shell.markdown and not shell.caption and not shell.exception
    monkeypatch.setattr("components.workbench.turns.RUNS", free)
    assert shell.run().title and not shell.warning
    free.close()
