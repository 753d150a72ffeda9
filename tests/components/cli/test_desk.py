"""`nightdesk desk` at a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from components.cli.command import nightdesk
from components.cli.exits import DONE, FAILED, run
from data.core.program import utc_now
from data.core.settings import Settings
from data.desk.desk import desk_of
from data.desk.people import People
from data.desk.values import Role

Said = pytest.CaptureFixture[str]


@pytest.fixture
def people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> People:
    """The people of a desk that is empty, as the command and the app find them."""
    monkeypatch.setenv("NIGHTDESK_RECORDS", str(tmp_path / "records"))
    monkeypatch.setenv("NIGHTDESK_PUBLIC_URL", "https://desk.example.org/")
    return desk_of(Settings(records=tmp_path / "records", public_url="https://desk.example.org")).people


def test_a_link_signs_in_once_and_brings_somebody_new(people: People, capsys: Said) -> None:
    assert run(nightdesk, ["desk", "link", "--email", "Ana@example.org", "--role", "editor"]) == DONE
    address, secret = capsys.readouterr().out.strip().rsplit("/", 1)
    assert address == "https://desk.example.org/sign-in"
    found = people.spend_token(secret, "link", utc_now())
    assert found is not None and (found.email, found.role) == ("ana@example.org", Role.EDITOR)
    assert people.spend_token(secret, "link", utc_now()) is None


def test_whoever_sits_at_the_machine_is_a_publisher(
    people: People, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "pat")
    monkeypatch.delenv("NIGHTDESK_PUBLIC_URL")
    assert run(nightdesk, ["desk", "link", "--port", "8600"]) == DONE
    assert capsys.readouterr().out.startswith("http://localhost:8600/sign-in/")
    (member,) = people.all()
    assert (member.person.email, member.person.role) == ("pat@localhost", Role.PUBLISHER)


def test_a_link_without_a_role_leaves_somebody_as_they_are(people: People, capsys: Said) -> None:
    for words in (["--role", "reporter"], []):
        assert run(nightdesk, ["desk", "link", "--email", "rae@example.org", *words]) == DONE
    assert [member.person.role for member in people.all()] == [Role.REPORTER]


def test_what_is_no_address_is_one_sentence(people: People, capsys: Said) -> None:
    assert run(nightdesk, ["desk", "link", "--email", "ana"]) == FAILED
    assert "is no address of mail" in capsys.readouterr().err
