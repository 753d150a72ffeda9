"""A story whose every text is Markdown that would do something: nothing of it comes alive on any page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.proto.Code_pb2 import Code
from streamlit.proto.Text_pb2 import Text
from streamlit.testing.v1 import AppTest

from components.workbench import write_gate
from components.workbench.desk import seat, signing_in
from data.core.program import utc_now
from data.core.settings import Settings
from data.desk.desk import desk_of
from data.desk.values import AT_TERMINAL, Action, Person, Role
from data.recorders.status import CallOnHand, RecorderStatus, write_status
from tests.support.hostile import hostile_folder

ROOT = Path(__file__).parents[2]
SAID = "[x](https://evil.example) **b** :red[y] $z$ `c`"
#: Any of its signs without a backslash before it, and what stands around it.
ALIVE = re.compile(r".{0,40}(?:(?<!\\)\[x(?!\\)\]|:red\[y|(?<!\\)\$z|(?<!\\)`c|(?<!\\)\*\*b).{0,40}")
#: Where Streamlit reads a text of an element or a container as Markdown.
READ = ("label", "help", "body", "text")
#: Texts of a page that shows nothing but one person.
FEW = {"sign_in": 1}


def read_as_markdown(block: Any) -> Iterator[str]:
    """Every text of a page, containers and buttons included, that Streamlit reads as Markdown."""
    for child in getattr(block, "children", {}).values():
        proto = getattr(child, "proto", None)
        if isinstance(proto, Code | Text):
            continue  # shown letter by letter
        kinds = (proto, *(getattr(proto, name, None) for name in ("expandable", "popover", "tab")))
        for held in kinds:
            yield from (text for name in READ if isinstance(text := getattr(held, name, None), str))
            yield from (option.content for option in getattr(held, "options", ()) if hasattr(option, "content"))
        yield from read_as_markdown(child)


def _record(settings: Settings) -> None:
    """A recorder whose every word is such a text, too, with calls that wait and that were written."""
    now = utc_now()
    calls = [
        CallOnHand(key=f"{SAID}{number}", contest=SAID, caller=SAID, party=SAID, outcome="won", by=now)
        for number in range(2)
    ]
    word = RecorderStatus(
        name=f"feed-{SAID}", kind="feed", what=SAID, asked_at=now, next_at=now, trouble=SAID, waiting=tuple(calls[:1]),
        accepted=tuple(calls[1:]), held=(SAID,),
    )  # fmt: skip
    write_status(settings, "us-hostile", word)


def _sign_up(settings: Settings) -> None:
    """Bring the story to the desk, and somebody who is called so."""
    desk = desk_of(settings)
    desk.people.set_role(AT_TERMINAL, "ana@example.org", Role.PUBLISHER, utc_now(), "a test", name=SAID)
    desk.bring(AT_TERMINAL, "us-hostile", utc_now(), "a test")


@pytest.mark.parametrize("name", sorted(path.stem for path in (ROOT / "pages").glob("*.py")))
def test_no_text_of_a_story_is_read_as_markdown(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hostile_folder(tmp_path, "us-hostile", SAID)
    monkeypatch.setenv("NIGHTDESK_STORIES", str(tmp_path))
    monkeypatch.setenv("NIGHTDESK_RECORDS", str(tmp_path / "records"))
    _record(Settings(stories=(tmp_path,), records=tmp_path / "records"))
    if name == "desk":
        monkeypatch.setenv("NIGHTDESK_WRITES", "desk")
    _sign_up(Settings(records=tmp_path / "records", stories=(tmp_path,)))
    # What may_write looks up, and not its name: a module that is imported now would keep another one.
    monkeypatch.setattr(write_gate, "_WITHOUT_A_NAME", frozenset(Action))
    monkeypatch.setattr(write_gate, "is_marked", lambda headers: True)
    for room in (signing_in, seat):
        monkeypatch.setattr(room, "person", lambda: Person("ana@example.org", SAID, Role.PUBLISHER))
    page = AppTest.from_file(str(ROOT / "pages" / f"{name}.py"), default_timeout=60)
    page.query_params["story"] = "us-hostile"
    page.run()
    for folder in page.expander:
        if folder.key:
            page.session_state[folder.key] = True  # as if it had been opened
    page.run()
    assert not page.exception
    texts = list(read_as_markdown(page._tree))
    assert len(texts) > FEW.get(name, 10)
    assert [found[0] for text in texts for found in ALIVE.finditer(text)] == []
