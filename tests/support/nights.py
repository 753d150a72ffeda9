"""A second night for tests: the story of November 2016, told as if it had happened another time."""

from __future__ import annotations

import re
import shutil
from datetime import date, datetime, timedelta
from pathlib import Path

from data.story.store import BUNDLED

US_2016 = BUNDLED / "us-2016"
_INSTANT = re.compile(r"\b20\d\d-\d\d-\d\dT\d\d:\d\d(?::\d\d)?(?=Z|[+-]\d\d:\d\d)")
_DAY = re.compile(r"(?<=,)20\d\d-\d\d-\d\d(?=,)")
#: Tables whose days are of something else than the night.
_AS_IT_IS = ("sources.csv", "interest.csv", "figures.csv", "controls.csv", "corrections.csv")


def another_night(root: Path, slug: str, *, by: timedelta, short: str, clock: str = "America/New_York") -> Path:
    """A folder in `root` that holds every row of us-2016 `by` whole days later, on this clock."""
    folder = root / slug
    shutil.copytree(US_2016, folder, ignore=shutil.ignore_patterns("snapshots"))
    for file in (*folder.glob("*.csv"), folder / "story.toml"):
        if file.name not in _AS_IT_IS:
            text = _INSTANT.sub(lambda found: _instant(found[0], by), file.read_text(encoding="utf-8"))
            text = text if file.suffix == ".toml" else _DAY.sub(lambda found: _day(found[0], by), text)
            file.write_text(text, encoding="utf-8")
    about = folder / "story.toml"
    text = re.sub(
        r'^short = "U.*$', f'short = "{short}"', about.read_text(encoding="utf-8"), count=1, flags=re.MULTILINE
    )
    # Two stories of one title could not be told apart in a menu.
    text = re.sub(r'^title = "', f'title = "{short}: ', text, count=1, flags=re.MULTILINE)
    about.write_text(re.sub(r"^clock = .*$", f'clock = "{clock}"', text, count=1, flags=re.MULTILINE), encoding="utf-8")
    return folder


def _instant(text: str, by: timedelta) -> str:
    moment = datetime.fromisoformat(text) + by
    return moment.isoformat(timespec="seconds" if text.count(":") == 2 else "minutes")


def _day(text: str, by: timedelta) -> str:
    return (date.fromisoformat(text) + by).isoformat()
