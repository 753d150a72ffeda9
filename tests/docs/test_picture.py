from __future__ import annotations

from docs.picture import PICTURE, drawing


def test_the_readme_shows_what_the_project_draws_today() -> None:
    assert PICTURE.read_text(encoding="utf-8") == drawing(), "run make picture"
