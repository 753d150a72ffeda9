"""Where bundles are published: a folder or a bucket, what it holds, and what it refuses, in one sentence."""

from __future__ import annotations

import errno
import os
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

import fsspec

from components.embeds.bundles import hosting, manifest
from components.embeds.bundles.manifest import VERSION, sha256
from data.core.errors import DataError
from data.story.table_rows import SLUG

#: The files whose text is judged; of all others the checksum says enough.
_READ = (manifest.NAME, hosting.NAME, hosting.HOST_FILE)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file as it is held: its size in bytes, its checksum in hex, and its text where that is judged."""

    size: int
    sha256: str
    text: bytes = b""


# Without slots, so that what its paths say is told once.
@dataclass(frozen=True)
class Tree:
    """What lies below a target, unread. Paths are relative to it, with `/`.

    `links` are where each symbolic link leads, "" for what is neither file, folder nor link. `unfinished` are the
    folders of versions that a publisher may still be writing.
    """

    files: frozenset[str]
    folders: frozenset[str] = frozenset()
    links: Mapping[str, str] = field(default_factory=dict)
    unfinished: frozenset[str] = frozenset()

    @property
    def stories(self) -> tuple[str, ...]:
        """The stories that have versions here."""
        return tuple(sorted(self._versions))

    def versions(self, story: str) -> tuple[str, ...]:
        """The versions of a story, the first made first, finished or not."""
        return tuple(sorted(self._versions.get(story, ())))

    @cached_property
    def _versions(self) -> Mapping[str, set[str]]:
        found: dict[str, set[str]] = {}
        for parts in (path.split("/") for path in self.paths):
            if _is_version(parts):
                found.setdefault(parts[0], set()).add(parts[2])
        return found

    @cached_property
    def paths(self) -> frozenset[str]:
        """Every file, folder and link."""
        return self.files | self.folders | frozenset(self.links)


@dataclass(frozen=True, slots=True)
class Contents:
    """A target by its name, what lies below it, and every file of a bundle as it was read back."""

    name: str
    tree: Tree
    files: Mapping[str, StoredFile]
    has_host_file: bool

    def text(self, path: str) -> bytes | None:
        """The text of a manifest, of headers.json or of _headers; None where there is no such file."""
        return self.files[path].text if path in self.files else None

    def address(self, *parts: str) -> str:
        """What a person is told to look at."""
        return "/".join((self.name, *parts))


def stored(path: str, data: bytes) -> StoredFile:
    """A file that was read, as it is judged."""
    return StoredFile(len(data), sha256(data), data if path.rpartition("/")[2] in _READ else b"")


def _is_version(parts: list[str]) -> bool:
    """Whether this is a version's folder or below it."""
    return len(parts) > 2 and parts[1] == "v" and bool(re.fullmatch(SLUG, parts[0]) and VERSION.fullmatch(parts[2]))


T = TypeVar("T")
Files = Mapping[str, bytes]
_AT_ONCE = 8  # requests


class TargetRefused(DataError):
    """A place to publish to cannot be read or written; the sentence says why and what to do."""


class Store(ABC):
    """A folder or bucket of bundles. Paths are relative to its root, with `/`; every failure is a TargetRefused."""

    #: What its file system raises where it refuses.
    failures: tuple[type[Exception], ...] = (OSError,)
    #: Whether it holds a file of headers for hosts of static files.
    has_host_file = False

    def __init__(self, files: fsspec.AbstractFileSystem, root: str, name: str) -> None:
        self.files, self.root, self.name = files, root.rstrip("/"), name.rstrip("/")

    def path(self, *parts: str) -> str:
        """The whole path of something in it, as its file system takes it."""
        return "/".join((self.root, *parts))

    def listed(self, path: str = "") -> tuple[str, ...]:
        """The names in one of its folders, hidden ones left out; none where there is no such folder."""
        with self.refusals():
            try:
                found = self.files.ls(self.path(path).rstrip("/"), detail=False, refresh=True)
            except (FileNotFoundError, NotADirectoryError):
                return ()
        names = {str(name).replace("\\", "/").rstrip("/").rsplit("/", 1)[-1] for name in found}
        return tuple(sorted(name for name in names if not name.startswith(".")))

    def read(self, path: str) -> bytes | None:
        """The bytes of one of its files; None where there is no such file."""
        with self.refusals():
            try:
                return bytes(self.files.cat_file(self.path(path)))
            except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
                return None

    def read_all(self, folder: str, names: Iterable[str]) -> dict[str, bytes | None]:
        """The bytes of several files of a folder by name, None for each that is not there."""
        return at_once(lambda name: self.read(f"{folder}/{name}"), names)

    def contents(self, folder: str = "") -> Contents:
        """Everything below the target, or below one of its folders, read back: all that belongs to a story."""
        tree = self.tree(folder)
        tops = {hosting.HOST_FILE, *tree.stories}
        ours = [path for path in tree.files if path.partition("/")[0] in tops]
        found = at_once(lambda path: stored(path, data) if (data := self.read(path)) is not None else None, ours)
        files = {path: file for path, file in found.items() if file}
        return Contents(self.name, tree, files, self.has_host_file)

    def stories(self) -> tuple[str, ...]:
        """The stories that have versions here."""
        return tuple(name for name in self.listed() if re.fullmatch(SLUG, name) and self.versions(name))

    def versions(self, story: str) -> tuple[str, ...]:
        """The versions of a story, the first made first, finished or not."""
        return tuple(name for name in self.listed(f"{story}/v") if VERSION.fullmatch(name))

    def address(self, *parts: str) -> str:
        """What a person is told to look at."""
        return "/".join((self.name, *parts))

    @contextmanager
    def refusals(self) -> Iterator[None]:
        """What its file system raises within, as a TargetRefused; FileExistsError passes, for it is an answer."""
        try:
            yield
        except FileExistsError:
            raise
        except self.failures as error:
            raise TargetRefused(f"{self.name} {self.why(error)}.") from error

    def why(self, error: Exception) -> str:
        """What happened and what to do, as the rest of a sentence that begins with the place."""
        number = error.errno if isinstance(error, OSError) else None
        if number is None:
            advice = f"; {_ADVICE[errno.EACCES]}" if isinstance(error, PermissionError) else ""
            return f"could not be read or written: {str(error).rstrip('.')}{advice}"
        advice = _ADVICE.get(number, "try again, or publish elsewhere")
        return f"could not be read or written: {os.strerror(number)}; {advice}"

    @abstractmethod
    def tree(self, folder: str = "") -> Tree:
        """What lies below the target, or below one of its folders, unread."""

    @abstractmethod
    def check(self, story: str) -> None:
        """Nothing, where the story can be published; TargetRefused before anything is drawn, where it cannot."""

    @abstractmethod
    def put_version(self, story: str, version: str, files: Files, *, done: Callable[[], object]) -> None:
        """Keep these files as a version, the manifest last. FileExistsError where another such version stands."""

    @abstractmethod
    def move_latest(self, story: str, version: str) -> bool:
        """Make latest show this version, wholly; False where it did already."""


def at_once(work: Callable[[str], T], names: Iterable[str]) -> dict[str, T]:
    """What it gives for every name, some asked together; the first failure is raised when the others have ended."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        asked = {name: pool.submit(work, name) for name in names}
    return {name: found.result() for name, found in asked.items()}


#: What to do where a file system refuses for one of these reasons.
_ADVICE = {
    errno.ENOSPC: "make room there",
    errno.EDQUOT: "make room there, or ask for more",
    errno.EFBIG: "make room there, or ask for more",
    errno.EACCES: "let this user write there, or publish elsewhere",
    errno.EPERM: "let this user write there, or publish elsewhere",
    errno.EROFS: "publish elsewhere",
    errno.ENOTDIR: "name a folder",
    errno.EEXIST: "name a folder",
}
