"""What docs/security.md promises has the tests that it names, and the figures of the code."""

from __future__ import annotations

import re
import tomllib

from components.cache.render_cache import MOST_OF_ONE, MOST_WAITING
from components.server.connection_limits import BODY_SECONDS, HEAD_BYTES, HEAD_SECONDS, MOST_AHEAD
from components.workbench.write_access import Uploads
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")


def test_every_test_it_names_is_there() -> None:
    named = re.findall(r"`((?:tests|components|deploy)/[^`]*)`", PAGE)
    assert len(named) > 15
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_its_figures_are_those_of_the_code() -> None:
    limits = Uploads(dict)
    assert (HEAD_BYTES, HEAD_SECONDS, BODY_SECONDS) == (32 * 1024, 10, 60)
    assert "A request has 32 KiB of headers, 10 s for them and 60 s for its body" in PAGE
    assert MOST_AHEAD == 16
    assert "16 more may be sent ahead on its connection" in PAGE
    assert (limits.per_session, limits.in_all) == (20 * 2**20, 100 * 2**20)
    assert "10 MB each, 20 MB a session, 100 MB in all" in PAGE
    assert (MOST_OF_ONE, MOST_WAITING) == (60, 200)
    assert "one client has 60 places of the 200" in PAGE


def test_a_server_listens_to_this_machine_unless_told_otherwise() -> None:
    server = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["server"]
    assert (server["address"], server["maxUploadSize"]) == ("127.0.0.1", 10)
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "HOST ?= 127.0.0.1\n" in makefile
    assert "--server.address $(HOST)" in makefile
