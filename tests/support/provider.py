"""A newsroom's own sign-in: an OpenID Connect provider on this machine that is not ours, and a desk that asks it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from data.core.program import utc_now

#: The secret that the app signs a provider's cookie with.
COOKIE_SECRET = "0123456789abcdef0123456789abcdef"
#: What the app is started with: it reaches the provider without the closed door that stands for all others.
ENVIRON = {"NIGHTDESK_WRITES": "desk", "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}


@contextmanager
def a_provider(**users: Mapping[str, object]) -> Iterator[str]:
    """The address of a provider at which these people are known, by the button that signs each in."""
    # A second of Flask and SQLAlchemy, which every worker imported that only collected these tests.
    from oidc_provider_mock import User, run_server_in_thread

    known = [User(sub=name, claims=dict(claims)) for name, claims in users.items()]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
        with run_server_in_thread(user_claims=known) as server:
            yield f"http://127.0.0.1:{server.server_port}"


def a_second_ago() -> datetime:
    """When somebody came to the desk who signs in now: a provider says the second of a sign-in, nothing sharper."""
    return utc_now() - timedelta(seconds=1)


def secrets_file(folder: Path, provider: str) -> Path:
    """A secrets.toml for an app that asks this provider."""
    file = folder / "secrets.toml"
    file.write_text(
        '[auth]\nredirect_uri = "http://127.0.0.1:{port}/oauth2callback"\n'
        f'cookie_secret = "{COOKIE_SECRET}"\nclient_id = "nightdesk"\nclient_secret = "hush"\n'
        f'server_metadata_url = "{provider}/.well-known/openid-configuration"\n'
    )
    return file


def command(secrets: Path) -> list[str]:
    """How an app with these secrets is started."""
    return ["-m", "streamlit", "run", "app.py", "--server.port", "{port}", "--secrets.files", str(secrets)]
