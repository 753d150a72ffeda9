"""What the environment may say: where stories and snapshots live, and which servers may be asked, in whose name."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from platformdirs import user_cache_path, user_data_path
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url

PREFIX = "NIGHTDESK_"
#: What a mirror's variable is called: the source's own word between these two.
_MIRROR = re.compile(r"NIGHTDESK_[A-Z0-9_]+_URL")
#: Where a home is, and its folder of caches.
_HOMES = ("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME")
_DATABASE = re.compile(r"(/[0-9]{0,4})?")


def _parts(address: str) -> Url:
    """An address in parts; none of them for what is no address."""
    try:
        return parse_url(address)
    except LocationParseError:
        return parse_url("")


def _web_address(given: str, variable: str) -> str:
    """An http or https address without a final slash. ValueError, which names the variable, for what is none."""
    found = given.strip().rstrip("/")
    parts = _parts(found)
    if parts.scheme not in ("http", "https") or not parts.host or parts.auth or parts.query or parts.fragment:
        raise ValueError(f"{variable} must be an address without a query or password, like https://desk.example.org")
    return found


def _public_url(given: str) -> str:
    return given and _web_address(given, "NIGHTDESK_PUBLIC_URL")


def _hub(given: str) -> str:
    return given and _web_address(given, "NIGHTDESK_HUB")


def _redis_url(given: str) -> str:
    """The address of a Redis as it was given; empty for none."""
    parts = _parts(given)
    database = _DATABASE.fullmatch(parts.path or "")
    if given and (parts.scheme not in ("redis", "rediss") or not parts.host or not database or parts.query):
        # What was given is not repeated: it may hold a password.
        raise ValueError("NIGHTDESK_CACHE_URL must be the address of a Redis, like redis://127.0.0.1:6379/0")
    return given


def _header(text: str) -> str:
    """What of a text may stand in a request header: printable ASCII on one line."""
    return " ".join("".join(letter if " " <= letter <= "~" else " " for letter in text).split())


def _folders(given: object) -> object:
    """One folder, or several separated as in PATH."""
    return tuple(name.strip() for name in given.split(os.pathsep) if name.strip()) if isinstance(given, str) else given


def _mirrors(given: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return tuple((variable, _web_address(url, variable)) for variable, url in given)


def _word(given: object) -> object:
    return given.casefold() if isinstance(given, str) else given


Folder = Annotated[Path, AfterValidator(Path.expanduser)]


class Settings(BaseModel):
    """Folders of a newsroom's own stories, the first one first, and how sources outside are asked.

    No folder is promised to exist. `snapshots` is None where snapshots go to the story they were drawn for.
    `contact` is an address or a page at which a source can reach whoever runs this; it goes into every request.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    stories: Annotated[tuple[Folder, ...], BeforeValidator(_folders)] = ()
    cache: Folder = Field(default_factory=lambda: user_cache_path("nightdesk", appauthor=False))
    contact: Annotated[str, AfterValidator(_header)] = ""
    snapshots: Folder | None = None
    #: What a live night records: every attempt and every version of a feed, a folder for each story.
    records: Folder = Field(default_factory=lambda: user_data_path("nightdesk", appauthor=False) / "records")
    #: Where this machine stands, in a word: what it saw of a site was seen from there.
    place: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,30}$")] = "newsroom"
    #: Who may have something fetched, kept or removed: whoever sits at this machine, signed-in people, or nobody.
    writes: Annotated[Literal["local", "desk", "nobody"], BeforeValidator(_word)] = "local"
    #: The same as writes="nobody".
    read_only: bool = False
    #: The story that a bare address shows, if it is there.
    story: str = "us-2016"
    trends_client: str = "pytrends"
    #: Addresses that somebody put in a source's place, by the source's variable; they may be on this machine.
    mirrors: Annotated[tuple[tuple[str, str], ...], AfterValidator(_mirrors)] = ()
    #: Where readers reach this server, without a final slash; empty where each request says it by its own address.
    public_url: Annotated[str, AfterValidator(_public_url)] = ""
    #: A WebSub hub that tells subscribers of feeds; empty for none.
    hub: Annotated[str, AfterValidator(_hub)] = ""
    #: A Redis that all processes share, empty for none. It may hold a password, so it is never shown.
    cache_url: Annotated[str, AfterValidator(_redis_url)] = Field(default="", repr=False)

    #: The desk's database, empty for a SQLite file beside the records. It may hold a password, so it is never shown.
    database: str = Field(default="", repr=False)
    #: Megabytes that stories, records and database of the desk may take together.
    disk_mb: Annotated[int, Field(ge=1)] = 20_000
    #: Where the desk puts a story's charts when it publishes it, a folder or s3://bucket/prefix; empty for nowhere.
    bundle: str = ""

    @property
    def takes_changes(self) -> bool:
        """Whether anybody at all may change what this server keeps."""
        return self.writes != "nobody" and not self.read_only

    @property
    def has_desk(self) -> bool:
        """Whether people sign in here and may change things by their role."""
        return self.writes == "desk" and self.takes_changes

    def mirror_or(self, home: str, variable: str) -> str:
        """The address that somebody put in a source's place by its variable, else its home."""
        return dict(self.mirrors).get(variable, home)


#: The variable of each field; a source's mirror has one of the source's own.
FIELDS = {f"{PREFIX}{field.upper()}": field for field in Settings.model_fields if field != "mirrors"}


def variables(environ: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """What of an environment settings follow: the same, the same settings."""
    return tuple((name, value) for name, value in environ.items() if name.startswith(PREFIX) or name in _HOMES)


def read_settings(environ: Mapping[str, str]) -> Settings:
    """The settings of an environment; ValueError, one sentence that names the variable, for a value that is none.

    Each field is a variable, NIGHTDESK_STORIES and so on; one that is blank is not set. `~` is the home folder.
    """
    said = {name: value.strip() for name, value in environ.items() if name.startswith(PREFIX) and value.strip()}
    mirrors = [(name, url) for name, url in said.items() if name not in FIELDS and _MIRROR.fullmatch(name)]
    given = {FIELDS[name]: value for name, value in said.items() if name in FIELDS}
    try:
        return Settings.model_validate(given | {"mirrors": mirrors})
    except ValidationError as error:
        raise ValueError(_sentence(error)) from None


def _sentence(error: ValidationError) -> str:
    """The first fault in our words, without the value that was given."""
    first = error.errors()[0]
    if told := first.get("ctx", {}).get("error"):
        return str(told)
    wanted = first.get("ctx", {}).get("expected") or ("1 or 0" if "bool" in first["type"] else "another value")
    return f"{PREFIX}{str(first['loc'][0]).upper()} must be {str(wanted).replace(chr(39), '')}"
