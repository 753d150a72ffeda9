from __future__ import annotations

import os
from pathlib import Path

import pytest

from data.settings import Settings, read_settings


@pytest.mark.parametrize(
    ("value", "folders"),
    [
        pytest.param("", (), id="empty"),
        pytest.param("/srv/stories", (Path("/srv/stories"),), id="one folder"),
        pytest.param(
            os.pathsep.join(["/srv/a", "/srv/b"]), (Path("/srv/a"), Path("/srv/b")), id="two folders in order"
        ),
        pytest.param(os.pathsep.join(["", " /srv/a ", "  "]), (Path("/srv/a"),), id="empty parts are no folders"),
        pytest.param("~/stories", (Path.home() / "stories",), id="home folder"),
    ],
)
def test_a_newsrooms_folders_come_from_the_environment(value: str, folders: tuple[Path, ...]) -> None:
    assert read_settings({"NIGHTDESK_STORIES": value}) == Settings(stories=folders)


def test_without_the_variable_there_are_only_the_bundled_stories() -> None:
    assert read_settings({}) == Settings(stories=())
