from __future__ import annotations

import os
from pathlib import Path

import pytest

from data.core.settings import Settings, read_settings
from data.sources.registry import PROVIDERS

VARIABLES = [provider.home.variable for provider in PROVIDERS if provider.home]


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


def test_without_any_variable_there_are_the_bundled_stories_and_the_sources_themselves() -> None:
    settings = read_settings({})
    assert settings == Settings(stories=(), contact="", snapshots=None, trends_client="pytrends")
    assert settings.mirrors == ()
    assert [provider.home.at(settings) for provider in PROVIDERS if provider.home] == [
        "https://trends.google.com",
        "https://web.archive.org",
        "https://wikimedia.org/api/rest_v1",
        "https://api.gdeltproject.org/api/v2/tv/tv",
        "https://searchtrends.googleapis.com",
    ]
    assert settings.cache.name == "nightdesk"


def test_everything_about_sources_comes_from_the_environment() -> None:
    settings = read_settings(
        {
            "NIGHTDESK_CACHE": "/var/cache/desk",
            "NIGHTDESK_CONTACT": "desk@example.org",
            "NIGHTDESK_SNAPSHOTS": "~/snapshots",
            "NIGHTDESK_TRENDS_CLIENT": "official",
            "NIGHTDESK_TRENDS_URL": "http://127.0.0.1:8001",
            "NIGHTDESK_WAYBACK_URL": "https://mirror.example.org/wayback/",
        }
    )
    assert settings == Settings(
        cache=Path("/var/cache/desk"),
        contact="desk@example.org",
        snapshots=Path.home() / "snapshots",
        trends_client="official",
        mirrors=(
            ("NIGHTDESK_TRENDS_URL", "http://127.0.0.1:8001"),
            ("NIGHTDESK_WAYBACK_URL", "https://mirror.example.org/wayback"),
        ),
    )
    homes = {provider.slug: provider.home.at(settings) for provider in PROVIDERS if provider.home}
    assert homes["google-trends"] == "http://127.0.0.1:8001"
    assert homes["wayback"] == "https://mirror.example.org/wayback"
    assert homes["wikimedia"] == "https://wikimedia.org/api/rest_v1"


@pytest.mark.parametrize(
    ("given", "public_url"),
    [
        pytest.param("https://desk.example.org/", "https://desk.example.org", id="without a final slash"),
        pytest.param(" https://example.org/nightdesk ", "https://example.org/nightdesk", id="below a path"),
        pytest.param("  ", "", id="blank"),
    ],
)
def test_the_public_address_is_the_servers_own(given: str, public_url: str) -> None:
    settings = read_settings({"NIGHTDESK_PUBLIC_URL": given})
    assert settings.public_url == public_url
    assert settings.mirrors == ()


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("redis://127.0.0.1:6379/0", id="a database"),
        pytest.param("redis://cache.example.org", id="a name alone"),
        pytest.param("rediss://desk:hush@cache.example.org:6380/", id="encrypted, with a password"),
        pytest.param("redis://[::1]:6379/2", id="IPv6"),
    ],
)
def test_a_redis_is_named_by_its_address(url: str) -> None:
    settings = read_settings({"NIGHTDESK_CACHE_URL": f" {url} "})
    assert settings.cache_url == url
    assert "hush" not in str(settings)


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("127.0.0.1:6379", id="no scheme"),
        pytest.param("http://127.0.0.1:6379", id="http"),
        pytest.param("redis://", id="no host"),
        pytest.param("redis://:hush@", id="a password alone"),
        pytest.param("redis://127.0.0.1:many/0", id="a port that is none"),
        pytest.param("redis://127.0.0.1:6379/answers", id="a database that is no number"),
        pytest.param("redis://127.0.0.1:6379/0?hush=1", id="a query"),
        pytest.param("redis://[::1", id="half an address"),
    ],
)
def test_an_address_that_is_no_redis_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(ValueError, match=r"NIGHTDESK_CACHE_URL must be the address of a Redis, like redis://") as told:
        read_settings({"NIGHTDESK_CACHE_URL": url})
    assert "hush" not in str(told.value)


def test_settings_are_a_key_for_a_cache() -> None:
    assert hash(read_settings({})) == hash(read_settings({}))


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("web.archive.org", id="no scheme"),
        pytest.param("ftp://web.archive.org", id="ftp"),
        pytest.param("https://", id="no host"),
        pytest.param("https://me:secret@web.archive.org", id="a password"),
        pytest.param("https://web.archive.org/?token=1", id="a query"),
        pytest.param("https://web.archive.org/#top", id="a fragment"),
        pytest.param("https://[::1", id="half an address"),
    ],
)
@pytest.mark.parametrize("name", [*VARIABLES, "NIGHTDESK_PUBLIC_URL"])
def test_an_address_that_is_none_is_refused_by_the_name_of_its_variable(name: str, url: str) -> None:
    with pytest.raises(ValueError, match=f"{name} must be an address") as told:
        read_settings({name: url})
    assert "secret" not in str(told.value)


@pytest.mark.parametrize(
    ("given", "contact"),
    [
        pytest.param("desk@example.org", "desk@example.org", id="an address"),
        pytest.param("desk@example.org\r\nX-Evil: 1", "desk@example.org X-Evil: 1", id="never a second header"),
        pytest.param("rédaction@example.org", "r daction@example.org", id="only what a header may hold"),
    ],
)
def test_a_contact_is_one_line_of_a_header(given: str, contact: str) -> None:
    assert read_settings({"NIGHTDESK_CONTACT": given}).contact == contact


@pytest.mark.parametrize(
    ("given", "read_only"),
    [
        ("1", True),
        ("true", True),
        ("Yes", True),
        ("on", True),
        ("0", False),
        ("no", False),
        ("off", False),
        ("", False),
    ],
)
def test_a_switch_is_on_or_off(given: str, *, read_only: bool) -> None:
    assert read_settings({"NIGHTDESK_READ_ONLY": given}).read_only is read_only


def test_a_switch_that_is_neither_on_nor_off_is_refused_by_its_name() -> None:
    with pytest.raises(ValueError, match=r"^NIGHTDESK_READ_ONLY must be 1 or 0$"):
        read_settings({"NIGHTDESK_READ_ONLY": "perhaps"})


@pytest.mark.parametrize(
    ("environ", "desk"),
    [
        ({}, False),
        ({"NIGHTDESK_WRITES": "desk"}, True),
        ({"NIGHTDESK_WRITES": "desk", "NIGHTDESK_READ_ONLY": "1"}, False),
        ({"NIGHTDESK_WRITES": "nobody"}, False),
    ],
)
def test_a_desk_is_there_where_people_may_change_things_by_name(environ: dict[str, str], *, desk: bool) -> None:
    assert read_settings(environ).has_desk is desk
