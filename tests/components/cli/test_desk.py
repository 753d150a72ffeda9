"""`nightdesk desk` at a terminal."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from pathlib import Path

import pytest

from components.cli.command import nightdesk
from components.cli.exits import DONE, FAILED, run
from components.server.sign_in_link import link_at_start
from data.core.program import utc_now
from data.core.settings import Settings
from data.desk.desk import desk_of
from data.desk.people import People
from data.desk.values import AT_TERMINAL, Change, Role
from data.story.store import SHIPPED
from tests.support import small_story
from tests.support.desks import ANA, FROM, NOW, PAT, SLUG, a_desk

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


def test_a_desk_without_people_says_so(people: People, capsys: Said) -> None:
    assert people.all() == ()
    assert run(nightdesk, ["desk", "people", "list"]) == DONE
    nobody = "Nobody has a role at this desk yet; nightdesk desk people add gives the first one"
    assert capsys.readouterr().out.splitlines() == [nobody]


def test_whoever_starts_a_desk_at_a_terminal_is_told_how_they_come_in(
    people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "pat")
    settings = Settings(records=tmp_path / "records", writes="desk")
    assert link_at_start(settings, port=8501, base="") == ""  # what a service prints is kept where others read it
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    assert link_at_start(settings.model_copy(update={"writes": "local"}), port=8501, base="") == ""
    said = link_at_start(settings, port=8501, base="/night")
    address, _, secret = said.strip().rpartition("/")
    assert address == "Sign in to the desk, once and within ten minutes: http://localhost:8501/night/sign-in"
    found = people.spend_token(secret, "link", utc_now())
    assert found is not None and (found.email, found.role) == ("pat@localhost", Role.PUBLISHER)
    # A desk that has taken them off does not take them up again by itself.
    people.set_role(AT_TERMINAL, "ana@example.org", Role.PUBLISHER, utc_now(), "a test")
    people.set_role(AT_TERMINAL, "pat@localhost", None, utc_now(), "a test")
    assert link_at_start(settings, port=8501, base="") == ""


def test_a_link_without_a_role_leaves_somebody_as_they_are(people: People, capsys: Said) -> None:
    for words in (["--role", "reporter"], []):
        assert run(nightdesk, ["desk", "link", "--email", "rae@example.org", *words]) == DONE
    assert [member.person.role for member in people.all()] == [Role.REPORTER]


def test_what_is_no_address_is_one_sentence(people: People, capsys: Said) -> None:
    assert run(nightdesk, ["desk", "link", "--email", "ana"]) == FAILED
    assert "is not an email address" in capsys.readouterr().err


def test_a_story_is_brought_written_out_and_audited(people: People, tmp_path: Path, capsys: Said) -> None:
    assert run(nightdesk, ["desk", "import", "us-2024"]) == DONE
    assert run(nightdesk, ["desk", "export", "us-2024", str(tmp_path / "copies")]) == DONE
    written = {path.name: path.read_bytes() for path in (tmp_path / "copies" / "us-2024").iterdir()}
    assert written == dict(SHIPPED.files("us-2024"))
    assert "is at the desk" in capsys.readouterr().out
    assert run(nightdesk, ["desk", "audit", "us-2024"]) == DONE
    assert ",terminal,publisher,bring,us-2024,1," in capsys.readouterr().out
    for again in (["import", "us-2024"], ["export", "us-2024", str(tmp_path / "copies")]):
        assert run(nightdesk, ["desk", *again]) == FAILED
    assert capsys.readouterr().err.splitlines() == [
        "us-2024 is already at the desk; nothing was changed",
        f"{tmp_path / 'copies' / 'us-2024'} already exists and was left alone; name another folder",
    ]


def test_a_revision_that_is_not_there_is_not_written_out(people: People, tmp_path: Path, capsys: Said) -> None:
    assert run(nightdesk, ["desk", "import", "us-2024"]) == DONE
    for revision in ("0", "99"):
        assert run(nightdesk, ["desk", "export", "us-2024", str(tmp_path), "--revision", revision]) != DONE
    assert "us-2024 has revision 1 alone: there is no revision 99\n" in capsys.readouterr().err
    assert not (tmp_path / "us-2024").exists()


def test_the_audit_says_who_made_a_link_and_keeps_a_name_that_nobody_changed(people: People, capsys: Said) -> None:
    assert run(nightdesk, ["desk", "people", "add", "ana@example.org", "--role", "editor", "--name", "Ana"]) == DONE
    assert run(nightdesk, ["desk", "link", "--email", "ana@example.org", "--role", "editor"]) == DONE
    capsys.readouterr()
    assert run(nightdesk, ["desk", "audit"]) == DONE
    rows = [row for row in csv.DictReader(io.StringIO(capsys.readouterr().out)) if row["row"] == "ana@example.org"]
    assert [(row["action"], row["by"]) for row in rows] == [
        ("set role", "terminal"), ("set role", "terminal"), ("new link", "terminal"),
    ]  # fmt: skip
    assert '"name": "Ana"' in rows[0]["now"] and rows[1]["was"] == rows[1]["now"] == rows[0]["now"]


def test_people_are_added_listed_and_removed(people: People, capsys: Said) -> None:
    for email, role in (("ana@example.org", "editor"), ("pat@example.org", "publisher")):
        assert run(nightdesk, ["desk", "people", "add", email, "--role", role, "--name", "N"]) == DONE
    assert run(nightdesk, ["desk", "people", "remove", "ana@example.org"]) == DONE
    capsys.readouterr()
    assert run(nightdesk, ["desk", "people", "list"]) == DONE
    assert capsys.readouterr().out == "pat@example.org\tpublisher\tN\n"
    assert run(nightdesk, ["desk", "people", "remove", "pat@example.org"]) == FAILED


@pytest.mark.slow
def test_what_is_due_goes_out_with_its_bundle_or_says_why_not(
    tmp_path: Path, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = small_story.files({"contests": [small_story.contest("one", 1)]})
    desk = a_desk(tmp_path, files | {"story.toml": b"live = true\n" + files["story.toml"]})
    environ = {"STORIES": tmp_path / "stories", "RECORDS": tmp_path / "records", "BUNDLE": tmp_path / "out"}
    for name, value in environ.items():
        monkeypatch.setenv(f"NIGHTDESK_{name}", str(value))
    (row,) = desk.rows(SLUG, "contests.csv")
    desk.write(ANA, SLUG, Change("contests.csv", {"name": "One"}, row.id, row.revision, "Its name."), NOW, FROM)
    desk.schedule(PAT, SLUG, NOW + timedelta(minutes=1), NOW, FROM)
    (tmp_path / "out").write_text("in the way")
    assert run(nightdesk, ["desk", "publish-due"]) == FAILED
    assert desk.folders.read(SLUG).contests[0].name == "one"
    (tmp_path / "out").unlink()
    assert run(nightdesk, ["desk", "publish-due"]) == DONE
    assert desk.folders.read(SLUG).contests[0].name == "One"
    assert capsys.readouterr().out == "small-night: readers have revision 3\n"
    assert (tmp_path / "out" / SLUG / "latest" / "manifest.json").is_file()
