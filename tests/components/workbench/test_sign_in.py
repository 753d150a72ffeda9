"""Who a session is: what a provider says is believed as far as it goes, and asked of the desk again each time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import streamlit as st

from components.workbench import sign_in
from components.workbench.sign_in import COOKIE, Vouched, check_sign_in, identity_cookies, issuers, signed_in, vouched
from data.core.settings import Settings
from data.desk.database import open_database
from data.desk.people import People
from data.desk.values import AT_TERMINAL, Person, Role

NOW = datetime(2026, 11, 3, 20, tzinfo=UTC)
ISSUER = "https://accounts.example.org"
ANA = Person("ana@example.org", "Ana", Role.EDITOR)
SECRETS = """
[auth]
redirect_uri = "https://desk.example.org/oauth2callback"
cookie_secret = "0123456789abcdef0123456789abcdef"
client_id = "nightdesk"
client_secret = "hush"
server_metadata_url = "https://accounts.example.org/.well-known/openid-configuration"
"""
DESK = Settings(writes="desk", public_url="https://desk.example.org")


def claims(**changes: object) -> dict[str, object]:
    """What a session has of a provider, with these changes; None takes a claim away."""
    said: dict[str, object] = {
        "is_logged_in": True, "provider": "default", "iss": ISSUER, "email": "Ana@example.org", "email_verified": True,
        "iat": int(NOW.timestamp()), "nonce": "n1",
    }  # fmt: skip
    return {name: value for name, value in (said | changes).items() if value is not None}


def test_a_verified_address_of_the_providers_own_is_believed() -> None:
    found = vouched(claims(), {"default": ISSUER})
    assert isinstance(found, Vouched)
    assert (found.email, found.issued) == ("ana@example.org", NOW)
    assert found == vouched(claims(), {"default": ISSUER})
    again = vouched(claims(nonce="n2"), {"default": ISSUER})
    assert isinstance(again, Vouched) and again.secret != found.secret


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        pytest.param({"is_logged_in": False}, "Nobody is signed in.", id="signed out"),
        pytest.param({"is_logged_in": "true"}, "Nobody is signed in.", id="a word for yes"),
        pytest.param({"iss": "https://other.example.org"}, "does not know", id="another issuer"),
        pytest.param({"iss": None}, "does not know", id="no issuer"),
        pytest.param({"provider": "okta"}, "does not know", id="another provider"),
        pytest.param({"provider": None, "iss": ""}, "does not know", id="neither"),
        pytest.param({"email": None}, "gave no email address", id="no address"),
        pytest.param({"email": ["ana@example.org"]}, "gave no email address", id="addresses"),
        pytest.param({"email_verified": False}, "is verified, so nobody", id="unverified"),
        pytest.param({"email_verified": None}, "is verified, so nobody", id="not said to be verified"),
        pytest.param({"email_verified": "true"}, "is verified, so nobody", id="a word for verified"),
        pytest.param({"email_verified": None, "xms_edov": True}, "is verified, so nobody", id="another's word for it"),
        pytest.param({"iat": None}, "when this was", id="no time"),
        pytest.param({"iat": True}, "when this was", id="a time that is none"),
    ],
)
def test_anything_less_is_nobody(changes: dict[str, object], sentence: str) -> None:
    found = vouched(claims(**changes), {"default": ISSUER})
    assert isinstance(found, str) and sentence in found


def test_microsoft_says_by_the_domain_that_an_address_is_its_own() -> None:
    tenant = "https://login.microsoftonline.com/9f0c/v2.0"
    said = claims(iss=tenant, email_verified=None, xms_edov=True)
    assert isinstance(vouched(said, {"default": tenant}), Vouched)
    assert isinstance(vouched(said | {"xms_edov": False}, {"default": tenant}), str)


def test_the_cookies_that_say_who_somebody_is_are_told_from_all_others() -> None:
    cookies = {"_streamlit_user": "a", "_streamlit_user_1": "b", COOKIE: "c", "_streamlit_xsrf": "d"}
    cookies |= {"_streamlit_user_tokens": "e", "_streamlit_user_tokens_1": "f", "other": "g"}
    assert identity_cookies(cookies) == (("_streamlit_user", "a"), ("_streamlit_user_1", "b"), (COOKIE, "c"))


@pytest.fixture
def people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> People:
    """A desk of Ana and Pat, who sign in by one provider."""
    monkeypatch.setattr(sign_in, "issuers", lambda: {"default": ISSUER})
    found = People(open_database(Settings(records=tmp_path / "records")))
    found.set_role(AT_TERMINAL, "ana@example.org", Role.EDITOR, NOW, "a test", name="Ana")
    return found


def who(people: People, said: Mapping[str, object], minutes: float = 0, *, cookie: str = "") -> Person | None:
    return signed_in(people, said, cookie, NOW + timedelta(minutes=minutes), "a test")


def test_a_sign_in_holds_for_a_day_whatever_its_cookie_says(people: People) -> None:
    assert who(people, claims()) == ANA
    assert who(people, claims(), 24 * 60 - 1) == ANA
    assert who(people, claims(), 24 * 60) is None
    assert who(people, claims(), 24 * 60 + 5) is None


def test_a_sign_in_that_was_not_taken_up_when_it_was_made_is_none(people: People) -> None:
    assert who(people, claims(), 11) is None
    assert who(people, claims(iat=int((NOW + timedelta(minutes=11)).timestamp()))) is None
    assert who(people, claims(), 9) == ANA


def test_a_role_is_the_one_of_this_moment(people: People) -> None:
    assert who(people, claims()) == ANA
    people.set_role(AT_TERMINAL, "ana@example.org", Role.REPORTER, NOW, "a test")
    found = who(people, claims())
    assert found is not None and found.role is Role.REPORTER
    people.set_role(AT_TERMINAL, "ana@example.org", None, NOW, "a test")
    assert who(people, claims()) is None
    # Whoever comes back signs in anew.
    people.set_role(AT_TERMINAL, "ana@example.org", Role.EDITOR, NOW, "a test")
    assert who(people, claims()) is None
    assert who(people, claims(nonce="n2"), 1) is not None


def test_signing_out_ends_every_sign_in_and_none_that_comes_after(people: People) -> None:
    link = people.new_token("ana@example.org", "session", NOW, timedelta(hours=24))
    assert who(people, claims()) == who(people, claims(nonce="n2")) == who(people, {}, cookie=link) == ANA
    people.sign_out(ANA, "ana@example.org", NOW + timedelta(minutes=1))
    assert [who(people, claims(), 2), who(people, claims(nonce="n2"), 2), who(people, {}, 2, cookie=link)] == [None] * 3
    # Nor does one begin that was signed before, and whose page opens now.
    assert who(people, claims(nonce="n3"), 2) is None
    after = int((NOW + timedelta(minutes=2)).timestamp())
    assert who(people, claims(nonce="n4", iat=after), 2) == ANA


@pytest.mark.parametrize("cookie", ["", "guessed", "session:guessed"])
def test_a_cookie_that_nobody_was_given_is_nobody(people: People, cookie: str) -> None:
    assert who(people, {}, cookie=cookie) is None


def test_what_names_a_providers_sign_in_is_no_cookie(people: People) -> None:
    said = vouched(claims(), {"default": ISSUER})
    assert isinstance(said, Vouched) and who(people, claims()) == ANA
    assert who(people, {}, cookie=said.secret) is None


def test_somebody_who_is_not_of_the_desk_is_nobody_and_leaves_no_trace(people: People) -> None:
    assert who(people, claims(email="eve@example.org")) is None
    assert [member.person.email for member in people.all()] == ["ana@example.org"]


@pytest.fixture
def secrets(tmp_path: Path) -> Iterator[Path]:
    """A secrets.toml that Streamlit reads, until the test is over."""
    file, own = tmp_path / "secrets.toml", st.get_option("secrets.files")
    st.config.set_option("secrets.files", [str(file)])
    st.secrets._reset()
    yield file
    st.config.set_option("secrets.files", own)
    st.secrets._reset()


def test_providers_are_known_by_where_they_describe_themselves(secrets: Path) -> None:
    assert issuers() == {}
    okta = '[auth.okta]\nserver_metadata_url = "https://a.okta.com/.well-known/openid-configuration"\n'
    secrets.write_text(SECRETS + okta)
    assert issuers() == {"default": ISSUER, "okta": "https://a.okta.com"}
    check_sign_in(DESK)


@pytest.mark.parametrize(
    ("was", "now", "sentence"),
    [
        ("0123456789abcdef0123", "", "cookie_secret in secrets.toml must have at least 32 random letters"),
        (
            "https://desk.example.org/oauth2",
            "https://elsewhere.example.org/oauth2",
            "must be https://desk.example.org",
        ),
        (
            "/oauth2callback",
            "/",
            "redirect_uri in secrets.toml must be https://desk.example.org, followed by /oauth2callback",
        ),
        (
            "https://accounts",
            "http://accounts",
            "must be an https address that ends in",
        ),
        ("/.well-known/openid-configuration", "/", "must be an https address that ends in"),
    ],
)
def test_a_desk_does_not_start_where_it_could_not_be_trusted_who_somebody_is(
    secrets: Path, was: str, now: str, sentence: str
) -> None:
    secrets.write_text(SECRETS.replace(was, now))
    with pytest.raises(ValueError, match=sentence):
        check_sign_in(DESK)
    check_sign_in(Settings(writes="nobody"))


def test_no_header_says_who_somebody_is() -> None:
    st.config.set_option("server.trustedUserHeaders", {"X-Email": "email"})
    try:
        with pytest.raises(ValueError, match=r"trustedUserHeaders lets any header say who somebody is"):
            check_sign_in(DESK)
    finally:
        st.config.set_option("server.trustedUserHeaders", {})
