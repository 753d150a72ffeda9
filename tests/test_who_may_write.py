"""A real server, asked over its own websocket by whoever may not write: nothing that they try is kept."""

from __future__ import annotations

import ast
import hashlib
import json
import secrets
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value, generate_xsrf_token_string

from components.workbench.sign_in import COOKIE, SESSION_LASTS
from data.core.program import utc_now
from data.core.settings import Settings
from data.desk.database import open_database
from data.desk.desk import desk_of
from data.desk.people import People
from data.desk.values import AT_TERMINAL, Action, Change, KeptRow, Role
from data.evidence.imports import keep_import
from data.sources.trends_csv.reader import parse_export
from data.story.store import find_story, story_store
from tests.conftest import serving
from tests.support import small_story
from tests.support.cases import cases
from tests.support.imported import export
from tests.support.live_nights import called, follower, live_night, table
from tests.support.provider import COOKIE_SECRET, ENVIRON, a_second_ago, command, secrets_file
from tests.support.session_client import FILE, SessionClient, Value

ROOT = Path(__file__).resolve().parents[1]
WRITING = ("Import a Google Trends CSV", "Get searches from Google Trends", "Look for machine records")
PROXIES = [
    pytest.param({"X-Forwarded-For": "203.0.113.9"}, id="through a proxy"),
    pytest.param({"X-Forwarded-For": "127.0.0.1"}, id="through a proxy that names the loopback"),
    pytest.param({"Forwarded": "for=127.0.0.1"}, id="as the standard has it"),
    pytest.param({"X-Real-IP": "127.0.0.1"}, id="as nginx has it"),
    pytest.param({"Via": "1.1 cache"}, id="through a cache"),
    pytest.param({"Nightdesk-Local": "true", "Via": "1.1 cache"}, id="with a forged mark"),
]


def shown(address: str, page: str, *, origin: str | None, headers: Mapping[str, str] | None = None) -> tuple[str, str]:
    """All that one run of a page sent, as text, and the session's name."""
    with SessionClient(address, origin=origin, headers=headers) as client:
        return client.run(page).text, client.session


@pytest.mark.slow
@pytest.mark.parametrize("page", ["search-trends", "outage-reports"])
def test_whoever_sits_at_the_machine_finds_what_writes(server: str, page: str) -> None:
    text, _ = shown(server, page, origin=server)
    assert any(name in text for name in WRITING)


@pytest.mark.slow
@pytest.mark.parametrize("page", ["search-trends", "outage-reports"])
@pytest.mark.parametrize("headers", PROXIES)
def test_nobody_else_does(server: str, page: str, headers: dict[str, str]) -> None:
    text, _ = shown(server, page, origin=server, headers=headers)
    assert "script_finished" in text
    assert not [name for name in WRITING if name in text]


@pytest.mark.slow
def test_a_program_that_says_no_origin_does_not(server: str) -> None:
    text, _ = shown(server, "search-trends", origin=None)
    assert not [name for name in WRITING if name in text]


@pytest.mark.slow
def test_a_file_that_no_uploader_asked_for_is_refused(server: str) -> None:
    _, session = shown(server, "search-trends", origin=server)
    assert sent(server, session, {}, b"x" * 100) == 403


def sent(address: str, session: str, cookies: Mapping[str, str], data: bytes, origin: str = "") -> int:
    """The status that the file of a session is answered with."""
    boundary = "----a-test"
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="export.csv"\r\n\r\n'
    token = generate_xsrf_token_string()
    said = {**cookies, "_streamlit_xsrf": token}
    headers = {
        "Origin": origin or address,
        "Content-Type": f"multipart/form-data; boundary={boundary}",
        "X-Xsrftoken": token,
        "Cookie": "; ".join(f"{name}={value}" for name, value in said.items()),
    }
    body = head.encode() + data + f"\r\n--{boundary}--\r\n".encode()
    place = f"{address}/_stcore/upload_file/{session}/{FILE}"
    request = urllib.request.Request(place, method="PUT", data=body, headers=headers)
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


@dataclass
class Counting:
    """A source on this machine that has nothing, and counts who asks."""

    asked: int = 0
    server: ThreadingHTTPServer = field(init=False)

    def __post_init__(self) -> None:
        counting = self

        class Nothing(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                counting.asked += 1
                self.send_error(404)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Nothing)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


PAT, RAE, LEE, ZED = (f"{name}@example.org" for name in ("pat", "rae", "lee", "zed"))
ISSUER = "http://127.0.0.1:9"
CSV = export(60, hours=4, term="bread")
_MORE = """
[[feeds]]
id = "desk"
kind = "table"
wait = ["OH"]

[[searches]]
term = "bread"
geo = "US"

[[services]]
id = "site"
host = "a.example"
name = "The site"
main = true
url = "https://a.example/"
"""


@dataclass(frozen=True)
class DeskServer:
    """A desk of a publisher, two reporters and Lee, who comes and goes, with a night on which there is all to do."""

    address: str
    settings: Settings
    sources: tuple[Counting, ...]

    @property
    def people(self) -> People:
        return People(open_database(self.settings))

    def cookie(self, email: str) -> dict[str, str]:
        """The cookie of somebody who came by a link just now."""
        return {COOKIE: self.people.new_token(email, "session", utc_now(), SESSION_LASTS)}

    def opened(self, **given: object) -> SessionClient:
        return SessionClient(self.address, **({"origin": self.address} | given))  # type: ignore[arg-type]

    def kept(self) -> object:
        """Everything that is kept, and how often sources were asked; not who came when."""
        folder = self.settings.records.parent
        files = (path for path in sorted(folder.rglob("*")) if path.is_file() and "desk.sqlite3" not in path.name)
        with open_database(self.settings).engine.connect() as connection:
            tables = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'table'").all()
            rows = {
                name: connection.exec_driver_sql(f'SELECT * FROM "{name}"').all()
                for name, _ in tables
                if name not in ("tokens", "audit", "presence", "sqlite_sequence")
            }
        digests = {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
        return digests, tables, rows, [source.asked for source in self.sources]


def _brought(settings: Settings) -> None:
    """The night is at the desk, with a row that may be removed, a view, and two calls that wait for a second person."""
    held = desk_of(settings)
    held.bring(AT_TERMINAL, "night", utc_now(), "a test")
    for name in ("1", "2"):
        cells = {"id": name, "at": f"2030-11-06T0{name}:30:00Z", "precision": "minute", "label": "A speech"}
        change = Change("milestones.csv", cells | {"kind": "speech", "source": "s"})
        kept = held.write(AT_TERMINAL, "night", change, utc_now(), "a test")
        assert isinstance(kept, KeptRow) and kept.id == name
        call = {name: str(cell) for name, cell in small_story.call(name, "nc", "A", "01:20").items()}
        held.proposals.propose(AT_TERMINAL, "night", "calls.csv", call, utc_now(), "a test")
    held.views.save(AT_TERMINAL, "night", "Evening", "timeline?story=night", utc_now(), "a test")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskServer]:
    folder = tmp_path_factory.mktemp("desk")
    # What is kept stands apart from what the server only remembers.
    settings = live_night(folder / "kept", more=_MORE).model_copy(update={"cache": folder / "cache"})
    sheet = folder / "calls.csv"
    sheet.write_bytes(table(called("OH"), called("FL")))
    follower(settings, sheet).ask()
    story, data = find_story("night", settings), export(30, hours=4, term="bread")
    keep_import(
        story, story_store(settings), parse_export(data, filename="older.csv"), data,
        filename="older.csv", zone="UTC", geo="US", now=utc_now(),
    )  # fmt: skip
    people = People(open_database(settings))
    for email, role in ((PAT, Role.PUBLISHER), (RAE, Role.REPORTER), (ZED, Role.REPORTER)):
        people.set_role(AT_TERMINAL, email, role, a_second_ago(), "a test")
    _brought(settings)
    sources = (Counting(), Counting())
    with closing(sources[0]), closing(sources[1]):
        environ = ENVIRON | {
            "NIGHTDESK_STORIES": str(settings.stories[0]), "NIGHTDESK_RECORDS": str(settings.records),
            "NIGHTDESK_CACHE": str(settings.cache), "NIGHTDESK_TRENDS_URL": sources[0].url,
            "NIGHTDESK_WAYBACK_URL": sources[1].url,
        }  # fmt: skip
        with serving(command(secrets_file(folder, ISSUER)), **environ) as address:
            yield DeskServer(address, settings, sources)


@dataclass(frozen=True)
class Attempt:
    """How a write is come by: the function that acts, a page, and what is done there; the last step writes.

    Controls are named by their keys, or by how those begin.
    """

    site: str
    action: Action
    page: str
    steps: tuple[Mapping[str, Value], ...]
    query: str = "story=night"

    def __str__(self) -> str:
        return f"{self.site} {self.action.name} {list(self.steps[-1])[-1]}"


_PARTS, _ACT = "components/workbench/parts", "components/workbench/desk/seat.py:act"
_CALL = "desk-calls-new-0"
NEW_CALL = {f"{_CALL}-contest": "nc (NC)", f"{_CALL}-party": "Ann Ash (A)", f"{_CALL}-when": "1:10 am"}
PASTED = "code\tname\tshort\tweight\tsource\nOH\tOhio\toh\t18\ts\n"


def _at_desk(action: Action, part: str, *steps: Mapping[str, Value]) -> Attempt:
    """What is done in a part of the night's desk."""
    return Attempt(_ACT, action, "desk", steps, f"story=night&part={part}")


#: Each function that acts on a press, and a press. Who adds one adds it here, and it is tried by all who may not.
ATTEMPTS = (
    Attempt(f"{_PARTS}/tonight.py:_decide", Action.ACCEPT, "tonight", ({"accept-feed-desk": True},)),
    Attempt(
        f"{_PARTS}/kept_files.py:_act", Action.FETCH, "search-trends", ({"kept-files": True}, {"Remove-": True})
    ),
    Attempt(
        f"{_PARTS}/import_file.py:_keep", Action.FETCH, "search-trends",
        ({"import-csv": True}, {"import-file": CSV}, {"import-zone": "UTC"}, {"import-keep": True}),
    ),
    Attempt(
        f"{_PARTS}/get_searches.py:_run", Action.FETCH, "search-trends",
        ({"get-searches": True}, {"get-start": True}),
        "story=night&from=2016-11-08T18:00Z&to=2016-11-09T03:00Z",  # a range that lies behind us
    ),
    Attempt(
        f"{_PARTS}/find_records.py:_ask", Action.FETCH, "outage-reports",
        ({"look-wayback": True}, {"ask-wayback": True}),
    ),
    Attempt(_ACT, Action.GOVERN, "people", ({"new-email": "eve@example.org", "new-add": True},)),
    Attempt(_ACT, Action.BRING, "desk", ({"bring-us-2020": True},), ""),
    _at_desk(
        Action.VIEW, "views",
        {"view-name": "Night", "view-link": "https://desk/timeline?story=night", "save-view-button": True},
    ),
    _at_desk(Action.WRITE, "rows&table=milestones&row=1", {"remove-row": True}),
    _at_desk(Action.RESTORE, "history", {"desk-restore": True}),
    _at_desk(Action.ASK, "publish", {"ask-review": True}),
    _at_desk(Action.PUBLISH, "publish", {"publish": True}),
)  # fmt: skip
#: The other presses that act through a function that is pressed above.
MORE_ATTEMPTS = (
    Attempt(_ACT, Action.GOVERN, "people", ({f"end-{ZED}": True},)),
    Attempt(_ACT, Action.GOVERN, "people", ({f"remove-{ZED}": True},)),
    Attempt(_ACT, Action.BRING, "desk", ({"new-story-name": "town-2026", "new-story-begin": True},), ""),
    _at_desk(Action.VIEW, "views", {"use-article": "https://a.example/night", "use-view-button": True}),
    _at_desk(
        Action.WRITE, "words",
        {"desk-which-words": "Party: Side A"}, {"desk-night-parties-0-1-name": "A"}, {"night-parties-0-1-save": True},
    ),
    _at_desk(Action.WRITE, "rows&row=new", NEW_CALL, {"save-row": True}),
    _at_desk(Action.WRITE, "paste", {"desk-paste-contests": PASTED}, {"save-pasted": True}),
    _at_desk(Action.PUBLISH, "publish", {"publish-at": "1 a.m. Nov. 6, 2040", "schedule": True}),
    _at_desk(Action.ACCEPT, "rows", {"refuse-typed-2": True}),
    _at_desk(Action.ACCEPT, "rows", {"accept-typed-1": True}),
    _at_desk(Action.GOVERN, "limits", {"set-limit-fetch": True}),
)  # fmt: skip


def _functions() -> Iterator[tuple[str, str, str]]:
    """Each function of the workbench: where it is, its name and its text."""
    for path in sorted([*(ROOT / "components").rglob("*.py"), *(ROOT / "pages").glob("*.py")]):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                yield path.relative_to(ROOT).as_posix(), node.name, ast.unparse(node)


@pytest.mark.slow
def test_every_function_that_acts_and_every_action_is_tried_below() -> None:
    acts = {f"{place}:{name}" for place, name, text in _functions() if "refuse()" in text and name != "refuse"}
    assert acts == {attempt.site for attempt in ATTEMPTS}
    assert {attempt.action for attempt in ATTEMPTS} == set(Action) - {Action.SEE}


#: What of a desk keeps something.
KEEPING = frozenset({
    "accept", "ask_review", "begin", "bring", "propose", "publish", "refuse", "restore", "save", "schedule", "set",
    "use", "write", "write_all", "write_words",
})  # fmt: skip


def test_the_desk_keeps_nothing_but_for_whom_the_gate_has_just_named() -> None:
    kept = []
    for path in (ROOT / "components" / "workbench" / "desk").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in KEEPING:
                called = ast.unparse(node.func)
                if ".desk." in f".{called}":
                    kept.append((f"{path.name}: {called}", ast.unparse(node.args[0])))
    assert len(kept) > 10
    assert [site for site, who in kept if who != "who"] == []


Prepared = list[list[WidgetState]]


def prepared(client: SessionClient, attempt: Attempt, desk: DeskServer, cookies: Mapping[str, str]) -> Prepared:
    """Do all but the last step, and give what a browser says at each, the last included."""
    states: dict[str, WidgetState] = {}
    said: Prepared = []
    answer = client.run(attempt.page, attempt.query)
    for number, step in enumerate(attempt.steps):
        for wanted, value in step.items():
            key = min((key for key in answer.controls if key.startswith(wanted)), key=len, default="")
            assert key, f"no {wanted} among {sorted(answer.controls)}"
            states[key] = answer.controls[key].set(value)
            if isinstance(value, bytes):
                assert sent(desk.address, client.session, cookies, value) == 204
        said.append(list(states.values()))
        if number + 1 < len(attempt.steps):
            answer = client.run(attempt.page, attempt.query, said[-1])
    return said


def replayed(client: SessionClient, attempt: Attempt, said: Prepared) -> None:
    """Say all of it once more, and the last of it to each part of the page that runs alone, too."""
    fragments: list[str] = []
    for states in said:
        fragments += client.run(attempt.page, attempt.query, states).fragments
    for fragment in dict.fromkeys(fragments):
        client.run(attempt.page, attempt.query, said[-1], fragment)


def by_provider(desk: DeskServer, secret: str = COOKIE_SECRET, **changes: object) -> Mapping[str, object]:
    """A connection with the cookie that Streamlit keeps of a provider, signed by this secret."""
    claims = {
        "iss": ISSUER, "sub": "pat", "email": PAT, "email_verified": True, "iat": int(utc_now().timestamp()),
        "nonce": secrets.token_hex(), "origin": desk.address, "is_logged_in": True, "provider": "default",
    } | changes  # fmt: skip
    token = generate_xsrf_token_string()
    value = create_signed_value(secret, "_streamlit_user", json.dumps(claims)).decode()
    return {"cookies": {"_streamlit_user": value, "_streamlit_xsrf": token}, "token": token}


@pytest.mark.slow
def test_a_providers_cookie_and_a_links_are_good_for_what_they_say(desk: DeskServer) -> None:
    for given in (by_provider(desk), {"cookies": desk.cookie(PAT)}):
        with desk.opened(**given) as client:
            found = client.run("people")
            assert "new-add" in found.controls, found.text


def _in_their_session(desk: DeskServer, attempt: Attempt) -> SessionClient:
    """A reader who knows the name of the publisher's session, in which all is ready to be pressed."""
    cookies = desk.cookie(PAT)
    with desk.opened(cookies=cookies) as theirs:
        prepared(theirs, attempt, desk, cookies)
        name = theirs.session
        return desk.opened(session=name)


def _ended(end: Callable[[People, datetime], None]) -> Callable[[DeskServer, Attempt], SessionClient]:
    """Lee, who had all ready to be pressed when `end` came."""

    def begun(desk: DeskServer, attempt: Attempt) -> SessionClient:
        desk.people.set_role(AT_TERMINAL, LEE, Role.PUBLISHER, utc_now(), "a test")
        cookies = desk.cookie(LEE)
        client = desk.opened(cookies=cookies)
        prepared(client, attempt, desk, cookies)
        end(desk.people, utc_now())
        return client

    return begun


def _connecting(given: Callable[[DeskServer], Mapping[str, object]]) -> Callable[[DeskServer, Attempt], SessionClient]:
    return lambda desk, _: desk.opened(**given(desk))


_FORGED = {"X-Forwarded-User": PAT, "X-Auth-Request-Email": PAT, "Remote-User": PAT, "Authorization": "Bearer x"}
_FORGED |= {"Nightdesk-Own-Page": "true", "Nightdesk-Local": "true", "X-Forwarded-For": "127.0.0.1"}
CONNECTING: dict[str, Callable[[DeskServer, Attempt], SessionClient]] = {
    "signed out": _connecting(lambda _: {}),
    "by a link's cookie that nobody was given": _connecting(lambda _: {"cookies": {COOKIE: secrets.token_urlsafe(32)}}),
    "by a provider's cookie of another secret": _connecting(lambda desk: by_provider(desk, "another" * 6)),
    "by a provider's cookie without a secret": _connecting(lambda desk: by_provider(desk, "")),
    "by an address that is not verified": _connecting(lambda desk: by_provider(desk, email_verified=False)),
    "by another provider": _connecting(lambda desk: by_provider(desk, iss="https://other.example.org")),
    "by a sign-in of long ago": _connecting(lambda desk: by_provider(desk, iat=int(utc_now().timestamp()) - 3600)),
    "as somebody who is not of the desk": _connecting(lambda desk: by_provider(desk, email="zoe@example.org")),
    "by a cookie of another server": _connecting(lambda desk: by_provider(desk, origin="http://127.0.0.1:8")),
    "through a proxy's headers": _connecting(lambda _: {"headers": _FORGED}),
    "from a page of another port": _connecting(
        lambda desk: {"cookies": desk.cookie(PAT), "origin": "http://127.0.0.1:8"}
    ),
    "from no page": _connecting(lambda desk: {"cookies": desk.cookie(PAT), "origin": None}),
}
OUTSIDERS = CONNECTING | {
    "in another person's session": _in_their_session,
    "after a sign-out": _ended(lambda people, now: people.sign_out(AT_TERMINAL, LEE, now)),
    "after being taken off the desk": _ended(
        lambda people, now: people.set_role(AT_TERMINAL, LEE, None, now, "a test")
    ),
}


def _reporter(desk: DeskServer, _: Attempt) -> SessionClient:
    return desk.opened(cookies=desk.cookie(RAE))


@pytest.mark.slow
@pytest.mark.parametrize("attempt", cases(*ATTEMPTS, long=MORE_ATTEMPTS), ids=str)
def test_nobody_writes_but_who_may(desk: DeskServer, attempt: Attempt) -> None:
    cookies = desk.cookie(PAT)
    outsiders = OUTSIDERS | ({} if Role.REPORTER.may(attempt.action) else {"as a reporter": _reporter})
    wrote = []
    with desk.opened(cookies=cookies) as publisher:
        said = prepared(publisher, attempt, desk, cookies)
        for name, connected in outsiders.items():
            with connected(desk, attempt) as outsider:
                before = desk.kept()
                replayed(outsider, attempt, said)
                wrote += [name] if desk.kept() != before else []
        before = desk.kept()
        answer = publisher.run(attempt.page, attempt.query, said[-1])
        assert wrote == []
        told = [one for one in answer.said if "alert {" in one]
        assert desk.kept() != before, f"the press that nobody else may do does nothing at all: {told}"


@pytest.mark.slow
def test_what_others_wrote_is_taken_into_the_draft_by_nobodys_look_but_the_desks(desk: DeskServer) -> None:
    folders = story_store(desk.settings)
    files = dict(folders.files("night"))
    folders.write("night", files | {"contests.csv": files["contests.csv"].replace(b"NC,nc,nc", b"NC,N.C.,nc")})
    before, took = desk.kept(), []
    for name, connected in (CONNECTING | {"of the desk": _reporter}).items():
        with connected(desk, ATTEMPTS[0]) as client:
            for page in ("desk", "tonight"):
                client.run(page, "story=night")
        took += [name] if desk.kept() != before else []
    assert took == ["of the desk"]


@pytest.mark.slow
def test_a_file_is_taken_from_the_person_who_opened_the_uploader_alone(desk: DeskServer) -> None:
    cookies = desk.cookie(PAT)
    with desk.opened(cookies=cookies) as client:
        folder = client.run("search-trends", "story=night").controls["import-csv"]
        client.run("search-trends", "story=night", [folder.set(True)])
        outsiders: tuple[dict[str, str], ...] = ({}, {COOKIE: "guessed"}, desk.cookie(RAE), desk.cookie(PAT))
        assert [sent(desk.address, client.session, other, CSV) for other in outsiders] == [403] * 4
        assert sent(desk.address, client.session, cookies, CSV, origin="http://127.0.0.1:8") == 403
        assert sent(desk.address, client.session, cookies, CSV) == 204
        desk.people.sign_out(AT_TERMINAL, PAT, utc_now())
        assert sent(desk.address, client.session, cookies, CSV) == 403
