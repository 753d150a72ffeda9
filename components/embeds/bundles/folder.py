"""A bundle on a disk: versions that appear whole under their names, and a latest that moves in one step."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from fsspec.implementations.local import LocalFileSystem

from components.embeds.bundles import hosting
from components.embeds.bundles.storage import Files, Store, TargetRefused, Tree
from data.core.files import hidden, sweep_parts, sync_folder, try_to_write, write_folder, write_whole
from data.story.table_rows import SLUG

#: How often a file that all publishers write is looked at again.
_SETTLING = 10


class Folder(Store):
    """Bundles in a folder of this machine. `latest` is a relative symbolic link, so that it moves in one step."""

    has_host_file = True

    def __init__(self, root: Path) -> None:
        self.folder = root.expanduser().resolve()
        super().__init__(LocalFileSystem(), self.folder.as_posix(), str(root))

    def read(self, path: str) -> bytes | None:
        """The bytes of one of its files; None where there is no such file, or a link leads to it out of the folder."""
        with self.refusals():
            real = Path(os.path.realpath(self.folder / path))
            if not real.is_relative_to(self.folder) or not real.is_file():
                return None
        return super().read(path)

    def tree(self, folder: str = "") -> Tree:
        """Every file, folder and link below; at the root, only what stories may be is looked into."""
        files: set[str] = set()
        folders: set[str] = set()
        links: dict[str, str] = {}
        with self.refusals():
            for path in _walk(self.folder / folder, into=SLUG if not folder else ""):
                name = path.relative_to(self.folder).as_posix()
                if path.is_symlink():
                    links[name] = path.readlink().as_posix()
                elif path.is_dir():
                    folders.add(name)
                elif path.is_file():
                    files.add(name)
                else:
                    links[name] = ""
        return Tree(frozenset(files), frozenset(folders), links)

    def check(self, story: str) -> None:
        """TargetRefused where the folder cannot be made or written, or holds a link or headers of somebody else's."""
        self._refuse_others(story)
        with self.refusals():
            if self.folder.exists() and not self.folder.is_dir():
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
            self.folder.mkdir(parents=True, exist_ok=True)
            try_to_write(self.folder)

    def put_version(self, story: str, version: str, files: Files, *, done: Callable[[], object]) -> None:
        """Write all into a hidden folder, surely on disk, and give it its name last."""
        self._refuse_others(story)
        with self.refusals():
            versions = self.folder / story / "v"
            for folder in (versions, versions.parent, self.folder):
                sweep_parts(folder)
                sweep_parts(folder, kind="latest")
            write_folder(versions / version, files, done=done)
            for folder in (versions.parent, self.folder):
                sync_folder(folder)

    def move_latest(self, story: str, version: str) -> bool:
        """Replace the link; whoever reads meanwhile sees the version before or this one, whole."""
        home = self.folder / story
        if (home / "latest").is_symlink() and (home / "latest").readlink() == Path("v", version):
            self._write_host_file()
            return False
        link = hidden(home / "latest", "latest")
        with self.refusals():
            self._link(link, f"v/{version}")
            try:
                link.replace(home / "latest")
            except IsADirectoryError as error:
                raise TargetRefused(
                    f"{home / 'latest'} is a folder where a link should be, as in a copy that followed links; "
                    f"remove it and publish again. {self.address(story, 'v', version)} stands."
                ) from error
            finally:
                link.unlink(missing_ok=True)
            sync_folder(home)
        self._write_host_file()
        return True

    def _link(self, link: Path, to: str) -> None:
        try:
            link.symlink_to(to, target_is_directory=True)
        except (NotImplementedError, OSError) as error:
            if isinstance(error, OSError) and error.errno not in (errno.EPERM, errno.ENOTSUP, errno.EINVAL):
                raise
            raise TargetRefused(
                f"{self.name} is on a disk without symbolic links, so latest cannot move in one step; "
                f"{self.address(link.parent.name, to)} stands: point your server at it, or publish to another disk."
            ) from error

    def _refuse_others(self, story: str) -> None:
        """TargetRefused where a link would lead out of the folder, or `_headers` is somebody else's."""
        for link in (self.folder / story, self.folder / story / "v", self.folder / hosting.HOST_FILE):
            if link.is_symlink():
                name = self.address(link.relative_to(self.folder).as_posix())
                raise TargetRefused(f"{name} is a symbolic link, and publish follows none: remove it.")
        text = self.read(hosting.HOST_FILE)
        if text and not hosting.is_own(text) and not self._host_text().endswith(text):
            raise TargetRefused(
                f"{self.address(hosting.HOST_FILE)} was written or changed by somebody else, and publish does not "
                "replace it: publish to a folder of its own, or move the file away."
            )

    def _write_host_file(self) -> None:
        """`_headers` of all versions, written again until it holds those that another publisher added meanwhile."""
        for _ in range(_SETTLING):
            if (text := self._host_text()) == self.read(hosting.HOST_FILE):
                return
            with self.refusals():
                write_whole(self.folder / hosting.HOST_FILE, text)

    def _host_text(self) -> bytes:
        """The rules of every version that is as it was published; verification names the others."""
        folders = [f"{story}/{place}" for story in self.stories() for place in self._places(story)]
        return hosting.host_text(hosting.host_rules(folders, self.read)[0])

    def _places(self, story: str) -> tuple[str, ...]:
        """The versions of a story, and last, so that its rules for latest win, the one that latest shows."""
        return (*(f"v/{version}" for version in self.versions(story)), "latest")


def _walk(folder: Path, *, into: str = "") -> Iterator[Path]:
    """Everything below a folder, not through links nor into what is half written; first only into names like this."""
    try:
        found = sorted(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return
    for path in found:
        yield path
        is_open = re.fullmatch(into, path.name) if into else not path.name.endswith(".part")
        if is_open and path.is_dir() and not path.is_symlink():
            yield from _walk(path)
