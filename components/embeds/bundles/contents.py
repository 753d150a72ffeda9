"""Everything that a target holds, as checksums: what verification judges without reading anything more."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from components.embeds.bundles import host_file, hosting, manifest
from components.embeds.bundles.manifest import VERSION, sha256
from data.story.tables import SLUG

#: The files whose text is judged; of all others the checksum says enough.
_READ = (manifest.NAME, hosting.NAME, host_file.NAME)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file as it is held: its size in bytes, its checksum in hex, and its text where that is judged."""

    size: int
    sha256: str
    text: bytes = b""


@dataclass(frozen=True, slots=True)
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
        parts = [path.split("/") for path in self.paths]
        return tuple(sorted({found[0] for found in parts if _is_version(found)}))

    def versions(self, story: str) -> tuple[str, ...]:
        """The versions of a story, the first made first, finished or not."""
        parts = [path.split("/") for path in self.paths]
        return tuple(sorted({found[2] for found in parts if found[0] == story and _is_version(found)}))

    @property
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
