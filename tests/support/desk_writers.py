"""Run as a script: somebody who edits a desk's story at random, from a process of their own, or is killed at it.

`python -m tests.support.desk_writers edit FOLDER DATABASE EMAIL EDITS` makes so many edits, tries again where another
was quicker, and prints a line for each that was kept. `python -m tests.support.desk_writers kill FOLDER DATABASE KILLS`
kills as many that edit and publish, looks after each at what there is, and prints one line of JSON.
`python -m tests.support.desk_writers open FOLDER DATABASE` opens the desk and prints its stories.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import count
from pathlib import Path

from data.core.errors import DataError
from data.desk.database import open_database
from data.desk.desk import Desk, desk_of
from data.desk.values import AT_TERMINAL, Change, Conflict, Person
from data.story.store import FolderStore
from tests.support import small_story
from tests.support.desks import ANA, FROM, NOW, SLUG, a_desk, a_night, settings_in
from tests.support.killed import child

CALLS, MILESTONES = "calls.csv", "milestones.csv"


def opened(folder: Path, database: str) -> Desk:
    """The desk as a process finds it that has just begun."""
    desk_of.cache_clear()
    open_database.cache_clear()
    return desk_of(settings_in(folder, database))


def edit(desk: Desk, who: Person, said: str, when: random.Random) -> str:
    """Add `said` to the note of a row at random; the row, once it is kept."""
    while True:
        row = when.choice(desk.rows(SLUG, CALLS))
        note = f"{(row.cells or {}).get('note', '')} {said}".strip()
        kept = desk.write(who, SLUG, Change(CALLS, {"note": note}, row.id, row.revision, "Tried."), NOW, FROM)
        if not isinstance(kept, Conflict):
            return row.id


def edit_all(folder: Path, database: str, email: str, edits: int) -> None:
    """Edit so often, from two threads as two tabs of a browser would, and say what was kept."""
    desk, when = opened(folder, database), random.Random(email)
    who = desk.people.find(email)
    assert who is not None

    def one(number: int) -> str:
        said = f"{email[:3]}{number}"
        return f"{edit(desk, who, said, when)} {said}\n"

    with ThreadPoolExecutor(2) as tabs:
        sys.stdout.writelines(tabs.map(one, range(edits)))


def edit_and_publish(desk: Desk, numbers: Iterable[int]) -> None:
    """Sources and what rests on them come, and are published together."""
    for number in numbers:
        source = {"id": f"s{number}", "org": "O", "title": "T", "url": "https://example.org/"}
        moment = {"id": f"m{number}", "label": "M", "kind": "other", "at": small_story.at("02:00")}
        moment |= {"precision": "minute", "source": source["id"]}
        with suppress(DataError):
            desk.write_all(ANA, SLUG, (Change("sources.csv", source), Change(MILESTONES, moment)), NOW, FROM)
            desk.publish(AT_TERMINAL, SLUG, NOW, FROM)


def is_whole(desk: Desk, files: Mapping[str, bytes]) -> bool:
    """Whether these files are the whole of one revision."""
    revisions = range(desk.state(SLUG).revision, 0, -1)
    return any(dict(desk.files(SLUG, revision=number)) == dict(files) for number in revisions)


def kill_all(folder: Path, database: str, kills: int) -> None:
    """Kill so many at random moments, and say how often everything was whole, and how many publications there were."""
    desk, when = a_desk(folder, a_night(), database=database), random.Random(2016)
    reader = FolderStore((folder / "stories",), shipped=())
    began = time.monotonic()
    edit_and_publish(desk, [0])
    seconds = time.monotonic() - began
    read, mended, published = 0, 0, set[int]()
    for number in range(kills):
        desk.database.engine.dispose()
        ready, tell = os.pipe()

        def work(tell: int = tell, first: int = 1_000 * (number + 1)) -> None:
            desk = opened(folder, database)
            os.write(tell, b"!")
            edit_and_publish(desk, count(first))

        pid = child(work)
        os.read(ready, 1)
        time.sleep(when.uniform(0, 4 * seconds))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(ready)
        os.close(tell)
        # A reader's server reads the folder while nobody has mended anything.
        desk = opened(folder, database)
        read += is_whole(desk, reader.files(SLUG)) and not reader.examine(SLUG).faults.count
        desk.run_due(NOW)
        state = desk.state(SLUG)
        published.add(state.published)
        held = {path.name: path.read_bytes() for path in (folder / "stories" / SLUG).glob("[!.]*")}
        mended += held == dict(desk.files(SLUG, revision=state.published))
    sys.stdout.write(json.dumps({"whole": read, "mended": mended, "published": len(published)}) + "\n")


if __name__ == "__main__":
    if sys.argv[1] == "open":
        sys.stdout.write(f"{opened(Path(sys.argv[2]), sys.argv[3]).stories()}\n")
    elif sys.argv[1] == "edit":
        edit_all(Path(sys.argv[2]), sys.argv[3], sys.argv[4], int(sys.argv[5]))
    else:
        kill_all(Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
