"""Where stories are kept: what everybody may ask of a store, folders as its first form, and the one of the settings."""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

import tomlkit
from filelock import FileLock

from data.core.errors import DataError
from data.core.files import fingerprint, hidden, leads_out, sweep_parts, sync_folder, write_folder, write_whole
from data.core.settings import Settings
from data.story.faults import Fault, quoted
from data.story.row_checks import Content, largest, too_long
from data.story.story import Story, UnknownStory, sound_story
from data.story.story_checks import FILES, Examined, examine
from data.story.table_rows import SLUG, Row
from data.story.tables import TABLES

#: The stories that come with the project.
BUNDLED = Path(__file__).resolve().parents[1] / "stories"
#: How often a folder that changes while it is read is read again.
_READINGS, _MOST_READINGS = 5, 40
#: A folder in a story's own, of the files that its next state has otherwise; _GONE ends the name of one it lacks. It
#: counts from the moment it is there, so that a writer who is stopped between two files leaves no half of a state.
_NEXT, _GONE = ".next", ".gone"


@dataclass(frozen=True, slots=True)
class FolderStore:
    """The first form of a StoryStore: a folder for each story, in a newsroom's own folders and in the bundled one.

    A story of `own` wins over one of that slug in a later folder of `own` or among `shipped`. New stories are written
    into the first folder of `own`, new snapshots into `answers`/slug where that is given, else into the story's own.
    """

    own: tuple[Path, ...] = ()
    shipped: tuple[Path, ...] = field(default_factory=lambda: (BUNDLED,))
    answers: Path | None = None

    def slugs(self) -> tuple[str, ...]:
        """The name of every folder that has a story.toml, in their order."""
        found = {folder.name for root in (*self.own, *self.shipped) for folder in _entries(root)[0]}
        return tuple(sorted(found))

    def unreadable(self) -> tuple[str, ...]:
        """Of each folder that may hold stories and cannot be looked into: where it is, and why."""
        return tuple(why for root in (*self.own, *self.shipped) for why in _entries(root)[1])

    def stamp(self, slug: str) -> str:
        """Sixteen hex digits that change with any file of the story; "" where there is none."""
        folder = self._folder(slug)
        return fingerprint(folder) if folder else ""

    def read(self, slug: str) -> Story:
        """The checked story; UnknownStory, or StoryInvalid with its first fault."""
        return read_story(self._known(slug))

    def examine(self, slug: str) -> Examined:
        """Everything that holds in the story, and every fault; that it is not there is one."""
        return examine_folder(Path(self.place(slug)))

    def files(self, slug: str) -> Mapping[str, bytes]:
        """Name -> bytes of the story's files as they are; UnknownStory, or OSError where one cannot be read."""
        here = [path for path in _paths(self._known(slug)).values() if not leads_out(path, path.parent)]
        held = {path.name: path.read_bytes() for path in here if path.name in FILES and path.is_file()}
        return {name: held[name] for name in FILES if name in held}

    def write(self, slug: str, files: Mapping[str, bytes]) -> None:
        """Make these the files of the story. A new one is there with all of them or not at all.

        One that is there changes in one step, and where the disk refuses, not at all. StoryInvalid, with nothing
        written, where they hold a fault; DataError or OSError.
        """
        sound_story(slug, examine(slug, files))
        folder = self._home() / slug
        (_change if folder.is_dir() else write_folder)(folder, files)

    def remove(self, slug: str) -> None:
        """Take a story of the first own folder away in one step, if it is there: nobody sees a part of it."""
        folder = self._home() / slug
        part = hidden(folder)
        with suppress(FileNotFoundError):
            folder.rename(part)
            shutil.rmtree(part)
        sync_folder(folder.parent)

    def snapshots(self, slug: str) -> tuple[Path, ...]:
        """The folders in which answers of sources lie for the story; the last one takes those that are new."""
        own = Path(self.place(slug))
        return (own,) if self.answers is None else tuple(dict.fromkeys((own, self.answers / slug)))

    def place(self, slug: str) -> str:
        """Where the story is, or would be, for messages and as a key."""
        return str(self._folder(slug) or (*self.own, *self.shipped)[0] / slug)

    def lock(self, slug: str) -> FileLock:
        """What a writer holds that wants no other beside it; filelock's Timeout where there is one."""
        home = self._home()
        home.mkdir(parents=True, exist_ok=True)
        return FileLock(home / f".{slug}.lock", timeout=0)

    def _folder(self, slug: str) -> Path | None:
        """The folder of this name; a name that no story may have is never made a path."""
        if re.fullmatch(SLUG, slug):
            for root in (*self.own, *self.shipped):
                if os.path.isfile(os.path.join(root, slug, "story.toml")):  # noqa: PTH113, PTH118 - asked at every rerun
                    return root / slug
        return None

    def _known(self, slug: str) -> Path:
        if folder := self._folder(slug):
            return folder
        raise UnknownStory(f"there is no story {quoted(slug)}; there is: {', '.join(self.slugs()) or 'none'}")

    def _home(self) -> Path:
        if self.own:
            return self.own[0]
        raise DataError("there is no folder of stories to write into; set NIGHTDESK_STORIES to one")


def _entries(root: Path) -> tuple[list[Path], list[str]]:
    """The folders in `root` that hold a story.toml, and of each that cannot be looked into, where and why."""
    found: list[Path] = []
    closed: list[str] = []
    try:
        folders = [one for one in root.iterdir() if re.fullmatch(SLUG, one.name)]
    except FileNotFoundError:
        return found, closed  # a newsroom's folder is made with its first story
    except OSError as error:
        return found, [f"{root}: {error.strerror}"]
    for folder in folders:
        try:
            if (folder / "story.toml").is_file():
                found.append(folder)
        except OSError as error:
            closed.append(f"{folder}: {error.strerror}")
    return found, closed


def read_story(folder: Path) -> Story:
    """The story of a folder; StoryInvalid names the first fault.

    Files that change meanwhile are read again, so that nobody gets half of one state and half of the next: after a
    few readings a sound one is taken, and a faulty one read on. Where the folder never rests it is as last read.
    """
    for reading in range(_MOST_READINGS):
        stamp, found = fingerprint(folder), examine_folder(folder)
        if fingerprint(folder) == stamp or (reading >= _READINGS and not found.faults.count):
            break
    return sound_story(folder.name, found, stamp=stamp)


def examine_folder(folder: Path) -> Examined:
    """The files of a folder held against what a story wants; a folder that cannot be read is a fault."""
    try:
        return examine(folder.name, _content(folder))
    except OSError as error:
        found = Examined()
        found.faults.add(Fault(folder.name, None, "", f"no folder to read ({error.strerror})", "a story folder"))
        return found


def _content(folder: Path) -> Content:
    """Name -> bytes, or why they cannot be read; nothing is read of a file that no story has. OSError."""
    return {name: _bytes(path) if name in FILES else b"" for name, path in _paths(folder).items()}


def _paths(folder: Path) -> dict[str, Path]:
    """Where each file of a folder lies: in that of its next state, where it is on its way. OSError."""
    paths = {path.name: path for path in folder.iterdir()}
    if on_its_way := paths.pop(_NEXT, None):
        paths |= {path.name: path for path in _listed(on_its_way)}
    return {name: path for name, path in paths.items() if name + _GONE not in paths and not name.endswith(_GONE)}


def _listed(folder: Path) -> list[Path]:
    """What lies in a folder that another process may take away."""
    with suppress(FileNotFoundError):
        return list(folder.iterdir())
    return []


def _bytes(path: Path) -> bytes | Fault:
    try:
        if leads_out(path, path.parent):
            return Fault(path.name, None, "", "a link that leads out of the story’s folder", "a file of the folder")
        size = path.stat().st_size
        if not path.is_file():
            return Fault(path.name, None, "", "something that is not a file", "a file")
        if size > largest(path.name):
            return too_long(path.name, size)
        with path.open("rb") as file:
            return file.read(largest(path.name))
    except OSError as error:
        return Fault(path.name, None, "", f"a file that cannot be read ({error.strerror})", "a readable file")


def _change(folder: Path, files: Mapping[str, bytes]) -> None:
    """Bring a folder to its next state in one step; files that stay as they are are left."""
    sweep_parts(folder)
    _finish(folder)
    before = {path.name for path in folder.iterdir()}.intersection(FILES)
    changed = {name: new for name, new in files.items() if name not in before or (folder / name).read_bytes() != new}
    gone = {name + _GONE: b"" for name in FILES if name in before and name not in files}
    if len(changed) == 1 and not gone:
        write_whole(folder / next(iter(changed)), next(iter(changed.values())))
    elif changed or gone:
        write_folder(folder / _NEXT, changed | gone)
        _finish(folder)


def _finish(folder: Path) -> None:
    """Move what is on its way to where it belongs; as good where another process does so meanwhile."""
    part = folder / _NEXT
    for path in _listed(part):
        with suppress(FileNotFoundError):
            if path.name.endswith(_GONE):
                (folder / path.name.removesuffix(_GONE)).unlink(missing_ok=True)
                path.unlink()
            else:
                path.replace(folder / path.name)
    if part.exists():
        sync_folder(folder)
        shutil.rmtree(part, ignore_errors=True)


def files_of(story: Story) -> dict[str, bytes]:
    """Name -> content: every table, with its header where it has no rows, and story.toml."""
    found = {row_type.file: _table(row_type, _cells(story, row_type.file.removesuffix(".csv"))) for row_type in TABLES}
    return found | {"story.toml": tomlkit.dumps(story.about.model_dump(exclude_defaults=True)).encode()}


def empty_tables(files: Collection[str]) -> dict[str, bytes]:
    """Name -> content of these tables with their header and no row."""
    return {row_type.file: _table(row_type, []) for row_type in TABLES if row_type.file in files}


def _cells(story: Story, table: str) -> Iterable[dict[str, Any]]:
    if table == "sources":
        return map(asdict, story.sources)
    return (row.model_dump(mode="json") for row in getattr(story, table))


def _table(row_type: type[Row], rows: Iterable[dict[str, Any]]) -> bytes:
    out = io.StringIO()
    sheet = csv.DictWriter(out, list(row_type.model_fields), lineterminator="\n")
    sheet.writeheader()
    sheet.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return out.getvalue().encode()


def _cell(value: Any) -> Any:
    """A count without the fraction that a number column gave it; an absent fact as an empty cell."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


class StoryStore(Protocol):
    """Stories by slug: listed, read, stamped and written whole. What is asked for is looked up, never made a path."""

    def slugs(self) -> tuple[str, ...]:
        """Every story there is, in the order of their slugs."""
        ...

    def unreadable(self) -> tuple[str, ...]:
        """Of each place that may hold a story and cannot be looked into: where it is, and why."""
        ...

    def stamp(self, slug: str) -> str:
        """A text that changes whenever the story does; "" where there is none."""
        ...

    def read(self, slug: str) -> Story:
        """The checked story; UnknownStory, or StoryInvalid with file, row and column of its first fault."""
        ...

    def examine(self, slug: str) -> Examined:
        """Everything that holds in the story, and every fault; that it is not there is one."""
        ...

    def files(self, slug: str) -> Mapping[str, bytes]:
        """Name -> bytes of the files that the story is read from; UnknownStory, or OSError."""
        ...

    def write(self, slug: str, files: Mapping[str, bytes]) -> None:
        """Make these the story's files, all or none. StoryInvalid, with nothing replaced, where they hold a fault."""
        ...

    def remove(self, slug: str) -> None:
        """Take the story away, if it is there."""
        ...

    def snapshots(self, slug: str) -> tuple[Path, ...]:
        """Where answers of sources lie for the story: folders, at least one; the last takes those that are new."""
        ...

    def place(self, slug: str) -> str:
        """Where the story is, or would be, for messages and as a key."""
        ...


#: The bundled stories alone, with what was fetched for them beside them.
SHIPPED: StoryStore = FolderStore()


def story_store(settings: Settings) -> StoryStore:
    """The stories of this server: the newsroom's own folders first, then the bundled ones."""
    return FolderStore(settings.stories, answers=settings.snapshots)


def find_story(slug: str, settings: Settings) -> Story:
    """The story of this slug on this server; UnknownStory or StoryInvalid."""
    return story_store(settings).read(slug)
