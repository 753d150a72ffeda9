"""A desk behind the real nginx of deploy/: people sign in through it, and nobody else writes through it."""

from __future__ import annotations

import re
import urllib.request
from datetime import timedelta
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlsplit

import pytest

from bench.proxy import DEPLOY, nginx
from components.workbench.sign_in import COOKIE
from data.core.program import utc_now
from data.core.settings import FIELDS, Settings
from data.desk.database import open_database
from data.desk.people import People
from data.desk.values import AT_TERMINAL, Role
from tests.conftest import serving
from tests.support.session_client import SessionClient

pytestmark = pytest.mark.slow


class Stay(urllib.request.HTTPRedirectHandler):
    """Redirections are answers."""

    def redirect_request(self, *_: object) -> None:
        return None


def posted(address: str, origin: str) -> tuple[int, str]:
    """The status of a link that is pressed on a page of this origin, and the cookie that it sets."""
    request = urllib.request.Request(address, method="POST", data=b"", headers={"Origin": origin})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), Stay)
    try:
        opener.open(request, timeout=20)
    except HTTPError as answer:
        return answer.code, answer.headers.get("Set-Cookie", "")
    raise AssertionError("neither refused nor sent on")


def test_a_link_signs_in_through_nginx_and_only_from_the_desks_own_page(tmp_path: Path) -> None:
    settings = Settings(records=tmp_path / "records")
    people = People(open_database(settings))
    people.set_role(AT_TERMINAL, "ana@example.org", Role.PUBLISHER, utc_now(), "a test", name="Ana")
    link = people.new_token("ana@example.org", "link", utc_now(), timedelta(minutes=10))
    started = serving(NIGHTDESK_WRITES="desk", NIGHTDESK_RECORDS=str(settings.records))
    with started as app, nginx(1, 2, tmp_path / "nginx", desk=urlsplit(app).port or 0) as desk:
        for elsewhere in ("https://elsewhere.example.org", "null", app):
            assert posted(f"{desk}/sign-in/{link}", elsewhere)[0] == 403
        status, cookie = posted(f"{desk}/sign-in/{link}", desk)
        assert status == 303
        (secret,) = re.findall(rf"{COOKIE}=([^;]+); HttpOnly; Max-Age=86400; Path=/; SameSite=strict$", cookie)
        assert posted(f"{desk}/sign-in/{link}", desk)[0] == 403
        for origin, signed_in in ((desk, True), (app, False)):
            with SessionClient(desk, origin=origin, cookies={COOKIE: secret}) as client:
                assert ("new-add" in client.run("people").controls) is signed_in
        forwarded = {"X-Forwarded-Proto": "https"}
        with SessionClient(desk, origin=desk, headers=forwarded) as reader:
            assert "new-add" not in reader.run("people").controls


def test_what_the_guide_sets_is_a_desk_and_its_secrets_are_to_be_filled_in() -> None:
    guide = (DEPLOY / "README.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"^```\n(NIGHTDESK_WRITES=desk\n.*?)^```$", guide, re.MULTILINE | re.DOTALL)
    given = dict(line.split("=", 1) for line in block.splitlines())
    assert Settings.model_validate({FIELDS[name]: value for name, value in given.items()}).has_desk
    secrets = (DEPLOY / "secrets.toml").read_text(encoding="utf-8")
    assert re.findall(r'^(\w+) = ""$', secrets, re.MULTILINE) == ["cookie_secret", "client_id", "client_secret"]
    assert f"{given['NIGHTDESK_PUBLIC_URL']}/oauth2callback" in secrets
    assert "8511" in (DEPLOY / "nightdesk-desk.service").read_text(encoding="utf-8")
