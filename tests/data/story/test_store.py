"""What every store of stories keeps to: a folder of files, and one that holds stories in memory."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

import pytest

from components.charts.catalogue import publishable
from components.embeds.embed import embed_of
from components.embeds.formats import render
from components.view.view_state import default_view
from data.core.errors import DataError, StoryInvalid
from data.story.store import SHIPPED, FolderStore, StoryStore
from data.story.story import Story, UnknownStory, sound_story
from data.story.story_checks import Examined, examine

NIGHT = "us-2024"
FORMS = ("html", "svg", "csv", "json")


@dataclass(frozen=True)
class MemoryStore:
    """Stories as files in memory: another form of a StoryStore, which shares no line with the folders'."""

    kept: dict[str, Mapping[str, bytes]] = field(default_factory=dict)

    def slugs(self) -> tuple[str, ...]:
        return tuple(sorted(self.kept))

    def unreadable(self) -> tuple[str, ...]:
        return ()

    def stamp(self, slug: str) -> str:
        return sha256(repr(sorted(self.kept[slug].items())).encode()).hexdigest() if slug in self.kept else ""

    def read(self, slug: str) -> Story:
        return sound_story(slug, examine(slug, self.files(slug)), stamp=self.stamp(slug))

    def examine(self, slug: str) -> Examined:
        return examine(slug, self.kept.get(slug, {}))

    def files(self, slug: str) -> Mapping[str, bytes]:
        if slug not in self.kept:
            raise UnknownStory(f"there is no story {slug!r}")
        return self.kept[slug]

    def write(self, slug: str, files: Mapping[str, bytes]) -> None:
        sound_story(slug, examine(slug, files))
        self.kept[slug] = dict(files)

    def remove(self, slug: str) -> None:
        self.kept.pop(slug, None)

    def snapshots(self, slug: str) -> tuple[Path, ...]:
        return (Path("/nowhere") / slug,)

    def place(self, slug: str) -> str:
        return f"memory:{slug}"


@pytest.fixture(params=["a folder", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> StoryStore:
    """An empty store of either form."""
    return FolderStore((tmp_path / "stories",), shipped=()) if request.param == "a folder" else MemoryStore()


@pytest.fixture
def files() -> dict[str, bytes]:
    """The files of a recorded night."""
    return dict(SHIPPED.files(NIGHT))


def edited(files: Mapping[str, bytes], name: str, edit: Callable[[str], str]) -> dict[str, bytes]:
    """The files with one of them changed."""
    found = edit(files[name].decode()).encode()
    assert found != files[name]
    return {**files, name: found}


def faulty(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files with a caller that the story does not have in the first call, which is on line 2."""
    return edited(files, "calls.csv", lambda text: text.replace(",AP,", ",Apex,", 1))


def test_what_is_written_is_listed_and_read_as_it_was(store: StoryStore, files: dict[str, bytes]) -> None:
    store.write(NIGHT, files)
    assert store.slugs() == (NIGHT,)
    assert store.files(NIGHT) == files
    story = store.read(NIGHT)
    assert story == replace(SHIPPED.read(NIGHT), stamp=story.stamp)


@pytest.mark.parametrize("chart", publishable())
def test_a_story_read_from_memory_gives_the_bytes_of_one_read_from_its_folder(
    chart: str, files: dict[str, bytes]
) -> None:
    memory = MemoryStore({NIGHT: files})
    made = [
        [render(embed_of(story, chart, default_view(story), site="https://desk.example"), form).body for form in FORMS]
        for story in (memory.read(NIGHT), SHIPPED.read(NIGHT))
    ]
    assert made[0] == made[1]


def test_a_fault_names_its_file_line_and_column_and_nothing_is_replaced(
    store: StoryStore, files: dict[str, bytes]
) -> None:
    store.write(NIGHT, files)
    before = store.stamp(NIGHT)
    with pytest.raises(StoryInvalid) as raised:
        store.write(NIGHT, faulty(files))
    assert (raised.value.file, raised.value.row, raised.value.column) == ("calls.csv", 2, "caller")
    assert str(raised.value).startswith("calls.csv, line 2, column caller: found 'Apex', expected an id of [[callers]]")
    assert (store.stamp(NIGHT), store.files(NIGHT)) == (before, files)


def test_a_new_story_with_a_fault_is_not_there_at_all(store: StoryStore, files: dict[str, bytes]) -> None:
    with pytest.raises(StoryInvalid):
        store.write(NIGHT, faulty(files))
    assert (store.slugs(), store.stamp(NIGHT)) == ((), "")


def test_both_forms_tell_every_fault_alike(tmp_path: Path, files: dict[str, bytes]) -> None:
    broken = edited(faulty(files), "milestones.csv", lambda text: f"{text}no,such,row\n") | {"results.csv": b""}
    (tmp_path / NIGHT).mkdir()
    for name, content in broken.items():
        (tmp_path / NIGHT / name).write_bytes(content)
    told = [store.examine(NIGHT).faults.listed() for store in (FolderStore((tmp_path,)), MemoryStore({NIGHT: broken}))]
    assert told[0] == told[1]
    assert {fault.file for fault in told[0]} >= {"calls.csv", "milestones.csv", "results.csv"}


def test_the_stamp_is_another_one_as_soon_as_a_file_is(store: StoryStore, files: dict[str, bytes]) -> None:
    store.write(NIGHT, files)
    first = store.stamp(NIGHT)
    assert store.read(NIGHT).stamp == first == store.stamp(NIGHT)
    store.write(NIGHT, edited(files, "story.toml", lambda text: f"{text}# looked through\n"))
    assert store.stamp(NIGHT) != first


def test_a_file_that_is_no_longer_named_is_gone(store: StoryStore, files: dict[str, bytes]) -> None:
    store.write(NIGHT, files)
    left = {name: content for name, content in files.items() if name != "controls.csv"}
    store.write(NIGHT, left)
    assert store.files(NIGHT) == left


def test_what_is_removed_is_unknown(store: StoryStore, files: dict[str, bytes]) -> None:
    store.write(NIGHT, files)
    store.remove(NIGHT)
    store.remove(NIGHT)
    assert store.slugs() == ()
    for ask in (store.read, store.files):
        with pytest.raises(UnknownStory, match=f"there is no story '{NIGHT}'"):
            ask(NIGHT)


@pytest.mark.parametrize("name", ["../other", "Night", "a b", "x" * 65])
def test_no_story_is_written_under_a_name_that_no_address_can_hold(
    name: str, store: StoryStore, files: dict[str, bytes]
) -> None:
    with pytest.raises(StoryInvalid, match="folder: found the name"):
        store.write(name, files)
    assert store.slugs() == ()


@pytest.mark.parametrize("written", [0, 1, 2])
def test_a_disk_that_refuses_leaves_the_story_as_it_was(
    written: int, tmp_path: Path, files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, done = FolderStore((tmp_path,), shipped=()), 0
    store.write(NIGHT, files)
    before = sorted(tmp_path.rglob("*"))

    def refuse(_: int) -> None:
        nonlocal done
        if done == written:
            raise OSError(28, "No space left on device")
        done += 1

    monkeypatch.setattr(os, "fsync", refuse)
    changed = {name: content + b"\n" for name, content in files.items()}
    with pytest.raises(OSError, match="No space left"):
        store.write(NIGHT, changed)
    assert store.files(NIGHT) == files
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("moved", range(4))
def test_a_writer_that_is_stopped_between_two_files_leaves_the_next_state_whole(
    moved: int, tmp_path: Path, files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, left = FolderStore((tmp_path,), shipped=()), moved
    store.write(NIGHT, files)
    changed = {name: content + b"\n" for name, content in files.items() if name != "controls.csv"}
    assert len(changed) > 3

    class Stopped(BaseException):
        pass

    replace = Path.replace

    def stop(path: Path, target: Path) -> Path:
        nonlocal left
        if path.parent.name == ".next" and (left := left - 1) < 0:
            raise Stopped
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", stop)
    with pytest.raises(Stopped):
        store.write(NIGHT, changed)
    monkeypatch.undo()
    assert store.files(NIGHT) == changed
    assert store.read(NIGHT).controls == ()
    # The next writer finishes it.
    store.write(NIGHT, changed)
    assert {path.name: path.read_bytes() for path in (tmp_path / NIGHT).iterdir()} == changed


def test_a_server_without_a_folder_of_its_own_writes_nothing(files: dict[str, bytes]) -> None:
    with pytest.raises(DataError, match="set NIGHTDESK_STORIES"):
        SHIPPED.write("us-2028", files)
