"""Who a session says it is: what a provider has vouched for, or the cookie that a one-time link left."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from importlib.util import find_spec
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import streamlit as st

from data.core.settings import Settings
from data.desk.values import Person
from data.net.addresses import is_loopback

if TYPE_CHECKING:
    from data.desk.people import People

#: The cookie of whoever came by a link.
COOKIE = "nightdesk_session"
#: How long a sign-in holds, however it came about.
SESSION_LASTS = timedelta(hours=24)
LINK_LASTS = timedelta(minutes=10)
#: A provider's sign-in is taken up when its page opens; one that nobody here has seen by then is none.
_TAKEN_UP_WITHIN = timedelta(minutes=10)
_WELL_KNOWN = "/.well-known/openid-configuration"
_CALLBACK = "/oauth2callback"
_MICROSOFT = "https://login.microsoftonline.com/"
#: So begins what names a provider's sign-in, and never the secret of a cookie.
_OF_A_PROVIDER = "provider:"
_SHORTEST_SECRET = 32  # letters
_PROVIDERS_COOKIE = "_streamlit_user"


@dataclass(frozen=True, slots=True)
class Vouched:
    """What a provider has signed: whose address it is, when, and what tells this sign-in from all others."""

    email: str
    issued: datetime
    secret: str


def issuers() -> dict[str, str]:
    """The providers of .streamlit/secrets.toml by name, and who each says it is; empty where none is set."""
    if not st.secrets.load_if_toml_exists():
        return {}
    return {name: url.removesuffix(_WELL_KNOWN) for name, url in _metadata(st.secrets.get("auth", {})).items()}


def _metadata(auth: Mapping[str, object]) -> dict[str, str]:
    """Where each provider describes itself; what stands outside a section is "default", as st.login has it."""
    sections = {"default": auth, **{name: part for name, part in auth.items() if isinstance(part, Mapping)}}
    addresses = {name: str(part.get("server_metadata_url", "")) for name, part in sections.items()}
    return {name: address for name, address in addresses.items() if address}


def check_sign_in(settings: Settings) -> None:
    """ValueError, in one sentence, where people are to sign in here and it could not be trusted who they are."""
    if not settings.has_desk:
        return
    if st.get_option("server.trustedUserHeaders"):
        raise ValueError("server.trustedUserHeaders lets any header say who somebody is: a desk starts without it")
    if issuers():
        if find_spec("authlib") is None:
            raise ValueError(
                "secrets.toml names a provider, and a package is not installed: "
                "run `python -m pip install -c constraints.txt -r requirements-desk.txt`"
            )
        _check_auth(st.secrets["auth"], settings)


def _check_auth(auth: Mapping[str, object], settings: Settings) -> None:
    if len(str(auth.get("cookie_secret", ""))) < _SHORTEST_SECRET:
        raise ValueError(f"cookie_secret in secrets.toml must have at least {_SHORTEST_SECRET} random letters")
    redirect = str(auth.get("redirect_uri", ""))
    where = settings.public_url or "the address of this server"
    own = redirect == f"{settings.public_url}{_CALLBACK}" if settings.public_url else redirect.endswith(_CALLBACK)
    if not own:
        raise ValueError(f"redirect_uri in secrets.toml must be {where}, followed by {_CALLBACK}")
    for address in _metadata(auth).values():
        parts = urlsplit(address)
        closed = parts.scheme == "https" or is_loopback(parts.hostname or "")
        if not closed or not address.endswith(_WELL_KNOWN):
            raise ValueError(f"server_metadata_url in secrets.toml must be an https address that ends in {_WELL_KNOWN}")


def vouched(claims: Mapping[str, object], known: Mapping[str, str]) -> Vouched | str:
    """What a session's claims come to, with the issuer of each provider; a sentence where they come to nobody."""
    if claims.get("is_logged_in") is not True:
        return "Nobody is signed in."
    issuer = known.get(str(claims.get("provider", "")))
    if not issuer or claims.get("iss") != issuer:
        return "This sign-in comes from a provider that this desk does not know: sign in again."
    email, issued = claims.get("email"), claims.get("iat")
    if not isinstance(email, str) or "@" not in email:
        return "The provider gave no email address: it has to give this app the scope “email”."
    if not _is_verified(claims, issuer):
        return f"The provider does not say that {email} is verified, so nobody is signed in."
    if isinstance(issued, bool) or not isinstance(issued, int):
        return "The provider does not say when this was: sign in again."
    said = json.dumps(dict(claims), sort_keys=True, default=str)
    secret = f"{_OF_A_PROVIDER}{sha256(said.encode()).hexdigest()}"
    return Vouched(email.strip().casefold(), datetime.fromtimestamp(issued, UTC), secret)


def _is_verified(claims: Mapping[str, object], issuer: str) -> bool:
    # Entra ID leaves out email_verified, and says by xms_edov that the tenant owns the address's domain.
    by_domain = issuer.startswith(_MICROSOFT) and claims.get("xms_edov") in (True, "1", "true")
    return claims.get("email_verified") is True or by_domain


def identity_cookies(cookies: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Of a browser's cookies those that say who somebody is: the same in two requests, the same sign-in."""
    return tuple(
        sorted(
            (name, value)
            for name, value in cookies.items()
            if name == COOKIE or name.removeprefix(_PROVIDERS_COOKIE).strip("_0123456789") == ""
        )
    )


def signed_in(people: People, claims: Mapping[str, object], cookie: str, now: datetime, origin: str) -> Person | None:
    """Who it is by a link's cookie or a provider's claims, in the role they have at this moment; None for nobody."""
    own = "" if cookie.startswith(_OF_A_PROVIDER) else cookie
    if own and (found := people.of_token(own, "session", now)):
        return found
    said = vouched(claims, issuers())
    if isinstance(said, str):
        return None
    found = people.of_token(said.secret, "session", now)
    if found is None and abs(now - said.issued) <= _TAKEN_UP_WITHIN:
        found = people.begin_session(said.secret, said.email, said.issued, now, SESSION_LASTS, origin)
    return found if found and found.email == said.email else None
