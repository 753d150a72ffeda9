"""night.toml: which recorders run through a night, and how."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from data.core.errors import DataError, first_fault

Seconds = Annotated[float, Field(ge=1)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Follow(_Part):
    """A feed to follow, as `nightdesk follow` takes it."""

    feed: str
    url: str = ""
    name: str = ""
    source: str = ""
    caller: str = ""
    every: Seconds | None = None


class Probe(_Part):
    """Looks at the story's sites, as `nightdesk probe` takes them."""

    place: str = ""
    every: Seconds = 60.0
    own_site: bool = False
    #: Places from which Globalping looks too, at a pace of its own.
    globalping: tuple[str, ...] = ()
    globalping_every: Seconds = 60.0


class Record(_Part):
    """Searches to draw, as `nightdesk record` takes them."""

    every: Annotated[float, Field(ge=60)] = 600.0
    usa_gov: bool = False


class Alert(_Part):
    """Whom to tell is in the environment; `kinds` are those of `nightdesk alert`, all where none is named."""

    kinds: tuple[Literal["call", "withdrawal", "correction", "site"], ...] = ()


class NightConfig(_Part):
    """What runs: any number of feeds, looks from one place, draws of searches, and alerts."""

    follow: tuple[Follow, ...] = ()
    probe: Probe | None = None
    record: Record | None = None
    alert: Alert | None = None

    def commands(self, slug: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        """The name of each recorder and its command line after `nightdesk`."""
        for entry in self.follow:
            options = entry.model_dump(exclude_none=True, exclude={"feed"})
            said = [word for name, value in options.items() if value for word in (f"--{name}", str(value))]
            yield f"feed-{entry.name or entry.feed}", ("follow", slug, "--feed", entry.feed, *said)
        if self.probe:
            said = ["--place", self.probe.place] if self.probe.place else []
            own = ["--own-site"] if self.probe.own_site else []
            yield "probe", ("probe", slug, "--every", f"{self.probe.every:g}", *said, *own)
            if places := [word for name in self.probe.globalping for word in ("--globalping", name)]:
                yield "globalping", ("probe", slug, "--every", f"{self.probe.globalping_every:g}", *places, *own)
        if self.record:
            more = ["--usa-gov"] if self.record.usa_gov else []
            yield "searches", ("record", slug, "--every", f"{self.record.every:g}", *more)
        if self.alert:
            yield "alerts", ("alert", slug, *(word for kind in self.alert.kinds for word in ("--kind", kind)))


def read_config(path: Path) -> NightConfig:
    """The night of a TOML file; DataError, one sentence, for a file that says none."""
    try:
        config = NightConfig.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DataError(f"{path} is not TOML: {error}") from None
    except ValidationError as error:
        raise DataError(f"{path}, {first_fault(error)}") from None
    if not any(config.model_dump(exclude_defaults=True).values()):
        raise DataError(f"{path} names no recorder; add a [[follow]], a [probe] or a [record]")
    return config
