"""What the environment may say: where stories and snapshots live, and which servers may be asked, in whose name."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from platformdirs import user_cache_path
from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

#: Where each source answers when the environment names no mirror: variable -> address, without a final slash.
DEFAULT_URLS: Mapping[str, str] = {
    "NIGHTDESK_TRENDS_URL": "https://trends.google.com",
    "NIGHTDESK_WAYBACK_URL": "https://web.archive.org",
    "NIGHTDESK_WIKIMEDIA_URL": "https://wikimedia.org/api/rest_v1",
    "NIGHTDESK_GDELT_TV_URL": "https://api.gdeltproject.org/api/v2/tv/tv",
}
#: Every variable that settings follow; the last two say where a home is, and its folder of caches.
VARIABLES = (
    *DEFAULT_URLS, "NIGHTDESK_STORIES", "NIGHTDESK_CACHE", "NIGHTDESK_SNAPSHOTS", "NIGHTDESK_CONTACT",
    "NIGHTDESK_READ_ONLY", "NIGHTDESK_STORY", "NIGHTDESK_TRENDS_CLIENT", "NIGHTDESK_PUBLIC_URL", "NIGHTDESK_CACHE_URL",
    "HOME", "XDG_CACHE_HOME",
)  # fmt: skip
_DATABASE = re.compile(r"(/[0-9]{0,4})?")


@dataclass(frozen=True, slots=True)
class Settings:
    """Folders of a newsroom's own stories, the first one first, and how sources outside are asked.

    No folder is promised to exist. `snapshots` is None where snapshots go to the story they were drawn for.
    `contact` is an address or a page at which a source can reach whoever runs this; it goes into every request.
    """

    stories: tuple[Path, ...] = ()
    cache: Path = field(default_factory=lambda: user_cache_path("nightdesk", appauthor=False))
    contact: str = ""
    snapshots: Path | None = None
    #: A public server shows stories; it draws nothing and keeps nothing for a visitor.
    read_only: bool = False
    #: The story that a bare address shows, if it is there.
    story: str = "us-2016"
    trends_client: str = "pytrends"
    trends_url: str = DEFAULT_URLS["NIGHTDESK_TRENDS_URL"]
    wayback_url: str = DEFAULT_URLS["NIGHTDESK_WAYBACK_URL"]
    wikimedia_url: str = DEFAULT_URLS["NIGHTDESK_WIKIMEDIA_URL"]
    gdelt_tv_url: str = DEFAULT_URLS["NIGHTDESK_GDELT_TV_URL"]
    #: Where readers reach this server, without a final slash; empty where each request says it by its own address.
    public_url: str = ""
    #: A Redis that all processes share, empty for none. It may hold a password, so it is never shown.
    cache_url: str = field(default="", repr=False)

    @property
    def base_urls(self) -> tuple[str, ...]:
        """The addresses of all sources, as far as settings know them."""
        return self.trends_url, self.wayback_url, self.wikimedia_url, self.gdelt_tv_url

    @property
    def mirror_urls(self) -> tuple[str, ...]:
        """Those of them that somebody put here instead of the source's own; they may be on this machine."""
        return tuple(url for url in self.base_urls if url not in DEFAULT_URLS.values())


def read_settings(environ: Mapping[str, str]) -> Settings:
    """The settings of an environment; ValueError, which names the variable, for an address that is none.

    NIGHTDESK_STORIES names one folder of stories, or several separated as in PATH; `~` is the home folder.
    """
    named = environ.get("NIGHTDESK_STORIES", "").split(os.pathsep)
    folders = {"cache": "NIGHTDESK_CACHE", "snapshots": "NIGHTDESK_SNAPSHOTS"}
    given = {key: Path(value).expanduser() for key, name in folders.items() if (value := environ.get(name, "").strip())}
    trends, wayback, wikimedia, gdelt_tv = (_url(environ, name) for name in DEFAULT_URLS)
    return Settings(
        stories=tuple(Path(name.strip()).expanduser() for name in named if name.strip()),
        contact=_header(environ.get("NIGHTDESK_CONTACT", "")),
        read_only=environ.get("NIGHTDESK_READ_ONLY", "").strip().casefold() in ("1", "true", "yes", "on"),
        story=environ.get("NIGHTDESK_STORY", "").strip() or "us-2016",
        trends_client=environ.get("NIGHTDESK_TRENDS_CLIENT", "").strip() or "pytrends",
        trends_url=trends,
        wayback_url=wayback,
        wikimedia_url=wikimedia,
        gdelt_tv_url=gdelt_tv,
        public_url=_url(environ, "NIGHTDESK_PUBLIC_URL") if environ.get("NIGHTDESK_PUBLIC_URL", "").strip() else "",
        cache_url=_redis_url(environ.get("NIGHTDESK_CACHE_URL", "").strip()),
        **given,
    )


def _url(environ: Mapping[str, str], name: str) -> str:
    """The http or https address of a variable, else its default, without a final slash."""
    example = DEFAULT_URLS.get(name, "https://desk.example.org")
    found = environ.get(name, "").strip().rstrip("/") or example
    try:
        parts = parse_url(found)
    except LocationParseError:
        parts = parse_url("")
    if parts.scheme not in ("http", "https") or not parts.host or parts.auth or parts.query or parts.fragment:
        raise ValueError(f"{name} wants an address without a query or password, like {example}")
    return found


def _redis_url(found: str) -> str:
    """The address of a Redis as it was given; empty for none."""
    try:
        parts = parse_url(found)
    except LocationParseError:
        parts = parse_url("")
    database = _DATABASE.fullmatch(parts.path or "")
    if found and (parts.scheme not in ("redis", "rediss") or not parts.host or not database or parts.query):
        # What was given is not repeated: it may hold a password.
        raise ValueError("NIGHTDESK_CACHE_URL wants the address of a Redis, like redis://127.0.0.1:6379/0")
    return found


def _header(text: str) -> str:
    """What of a text may stand in a request header: printable ASCII on one line."""
    return " ".join("".join(letter if " " <= letter <= "~" else " " for letter in text).split())
