"""`nightdesk check`, `new` and `results`: story folders checked, begun and asked."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from components.charts.phrases.projected import standing
from components.cli.exits import DONE, FAILED, fail, say
from components.cli.lookups import perhaps, root_of, settings_here, story_named
from data.core.errors import DataError
from data.core.files import write_whole
from data.core.model import When, as_utc
from data.core.program import utc_now
from data.core.settings import Settings
from data.evidence.calls import load_projections
from data.evidence.evidence_rows import ProjectionRow
from data.story.colours import shades_of
from data.story.new_story import FIRST_TABLES, new_story, unwritten
from data.story.results import written
from data.story.store import BUNDLED, FolderStore, examine_folder, story_store
from data.story.story import Story
from data.story.story_checks import FILES, Examined
from data.story.tables import Call, Result
from data.story.totals import call_when, caller_named, totals_at, withdrawal_when


def check(path: Path | None, *, convert: bool = False) -> int:
    """Print every fault of the stories asked for; FAILED if there is any, or no story.

    With `convert` the results.csv of a story without a fault is written anew in its long form, in one step.
    """
    settings = settings_here()
    roots = [_place(path, settings)] if path else [BUNDLED, *settings.stories]
    faulty = False
    for root in roots:
        folders, reason = _to_check(root)
        if not folders:
            near = perhaps(str(path), story_store(settings).slugs()) if path and not path.exists() else ""
            faulty = bool(fail(f"{reason}{near}"))
        for folder in folders:
            found = examine_folder(folder)
            faulty = faulty or found.faults.count > 0
            say("\n".join(_report(found, folder)))
            if convert and found.wide:
                _convert(folder, found)
    return FAILED if faulty else DONE


def _convert(folder: Path, found: Examined) -> None:
    """Put the long form of results.csv in place of the wide one; a story with a fault is left as it is. OSError."""
    if found.faults.count:
        say(f"{folder.name}: results.csv was left as it is; fix the faults first")
        return
    write_whole(folder / Result.file, written(found.rows(Result)))
    say(f"{folder.name}: results.csv has {len(found.rows(Result)):,} rows now, one for each side of a contest")


def _place(path: Path, settings: Settings) -> Path:
    """The path itself, or where there is none, the folder of the story of this name."""
    stories, name = story_store(settings), str(path)
    return Path(stories.place(name)) if not os.path.lexists(path) and name in stories.slugs() else path.resolve()


def _to_check(path: Path) -> tuple[list[Path], str]:
    """The folder itself if it has a file of a story, else the folders in it that have one; if none, why."""
    try:
        if any((path / name).exists() for name in FILES):
            return [path], ""
        folders = [folder for folder in sorted(path.iterdir()) if any((folder / name).exists() for name in FILES)]
    except OSError as error:
        return [], f"{path} is not a folder that can be read ({error.strerror})"
    return folders, f"{path} is not a story: a story is a folder with a story.toml and a sources.csv"


def _report(found: Examined, folder: Path) -> Iterator[str]:
    """A line for each fault, for what nobody has written yet, and one that sums up."""
    yield from map(str, found.faults.listed())
    yield from _recoloured(found)
    if not found.faults.count and (left := unwritten((folder / "story.toml").read_bytes())):
        yield f"story.toml: not written yet, and wanted before it is published: {', '.join(one.column for one in left)}"
    count = found.faults.count
    said = "no faults" if not count else "1 fault" if count == 1 else f"{count:,} faults"
    yield f"{folder.name}: {said} in {found.files} file{'' if found.files == 1 else 's'}, {found.count:,} rows"


def _recoloured(found: Examined) -> Iterator[str]:
    """A line for each colour of a side that is not drawn as it was asked for."""
    for shade in shades_of(found.read.about.parties) if found.read.about else ():
        if shade.why:
            yield f"colour of {shade.party}: {shade.says}"


def new(name: str, to: Path | None) -> int:
    """Make a folder that `check` accepts, and say what to fill in; DataError where the name is taken or is none."""
    settings = settings_here()
    files = new_story(name, utc_now())
    root = root_of(to, settings)
    stories = FolderStore((root,), shipped=())
    for store in (stories, story_store(settings)):
        if os.path.lexists(place := store.place(name)):
            raise DataError(f"{place} already exists and was left alone; choose another name")
    stories.write(name, files)
    say("\n".join(_next_steps(root / name, settings)))
    return DONE


def _next_steps(folder: Path, settings: Settings) -> Iterator[str]:
    yield f"{folder} holds a valid story that is still empty. Fill in next:"
    yield "  story.toml: every FILL IN, the window of the night, its clocks, and who called"
    yield from (f"  {file}: {wants}" for file, wants in FIRST_TABLES.items())
    yield f"Then: nightdesk check {folder}"
    if folder.parent not in settings.stories:
        yield f"The app finds it with NIGHTDESK_STORIES={folder.parent}"


def results(slug: str, at: str, caller: str | None) -> int:
    """Print what had been called at a minute as one JSON object; DataError or ValueError for what has no answer."""
    story = story_named(slug, settings_here())
    moment = as_utc(_time(at))
    called_by = caller_named(story, caller or story.about.caller)
    found = totals_at(story, moment, caller=called_by.id)
    last = found.last_call
    answer: dict[str, object] = {
        "at": at,
        "caller": called_by.id,
        "totals": {party: list(span) for party, span in found.totals.items()} if found.totals else None,
        "last_call": _said(last, story) if last else None,
    }
    if found.withdrawn:
        answer["withdrawn"] = [_taken_back(call, story) for call in found.withdrawn]
    if projected := [row for rows in standing(load_projections(story, called_by.id).rows, moment) for row in rows]:
        answer["projected"] = [_projected(row, story) for row in projected]
    if found.note:
        answer["note"] = found.note
    say(json.dumps(answer, ensure_ascii=False))
    return DONE


def _projected(row: ProjectionRow, story: Story) -> dict[str, object]:
    """What a caller had last projected for a party, and when; it is in no total."""
    return {
        "caller": row.caller,
        "party": row.party,
        "low": row.low,
        "value": row.value,
        "high": row.high,
        **_when(row.when),
        "source": [story.source(name).url for name in row.sources],
    }


def _when(when: When) -> dict[str, str]:
    """How sharply a time is known, and its two bounds."""
    return {
        "precision": when.precision.value,
        "earliest": when.earliest.isoformat(),
        "latest": when.latest.isoformat(),
    }


def _time(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text[:40]!r} is not a time; write it like 2016-11-08T22:43:00-05:00") from None


def _taken_back(call: Call, story: Story) -> dict[str, object]:
    row = story.withdrawn[call.id]
    return _dated(call, story, withdrawal_when(call, row, story), row.source)


def _said(call: Call, story: Story) -> dict[str, object]:
    return _dated(call, story, call_when(call, story), call.source)


def _dated(call: Call, story: Story, when: When, source: str) -> dict[str, object]:
    """What was called, and when that call was made or taken back."""
    return {
        "contest": call.contest,
        "name": story.contest(call.contest).name,
        "party": call.party or None,
        **({} if call.outcome == "won" else {"outcome": call.outcome}),
        **_when(when),
        "source": [story.source(name).url for name in source.split()],
    }
