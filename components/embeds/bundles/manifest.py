"""What a published version holds and was made from: its manifest, and the name that follows from it."""

from __future__ import annotations

import hashlib
import json
import platform
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache, lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import ModuleType
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

import components.ap_style
import components.charts
import components.clock
import components.embeds
import components.render
import components.text
import components.view
import data
from data.core.model import as_utc
from data.story.store import StoryStore
from data.story.story import Story

NAME = "manifest.json"
#: How many hex digits of the inputs' hash stand in a version's name.
_DIGITS = 12
VERSION = re.compile(r"^\d{8}T\d{6}Z-[0-9a-f]{12}$")

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Instant = Annotated[AwareDatetime, AfterValidator(as_utc)]
FileName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.@-]{0,199}$")]


def sha256(data: bytes) -> str:
    """The checksum by which a file is known, in hex."""
    return hashlib.sha256(data).hexdigest()


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Inputs(_Frozen):
    """Everything a version follows from: checksums of files by name, versions of libraries, and what was asked."""

    story: dict[str, Sha256]
    snapshots: dict[str, Sha256]
    code: Sha256
    libraries: dict[str, str]
    views: tuple[str, ...] = ()
    site: str = ""

    @property
    def digest(self) -> str:
        """Twelve hex digits that are the same for the same inputs, on any machine."""
        return sha256(_canonical(self.model_dump(mode="json")))[:_DIGITS]


class FileEntry(_Frozen):
    """A file of a version; `size` in bytes."""

    sha256: Sha256
    size: Annotated[int, Field(ge=0)]


class Manifest(_Frozen):
    """What one version holds. `created` is UTC, `corrections` are sentences on the story's own clock.

    `seal` is the checksum of all the rest, so that a manifest damaged on a disk is noticed too.
    """

    format: Literal[1] = 1
    story: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}[a-z0-9]$")]
    title: str
    version: Annotated[str, Field(pattern=VERSION.pattern)]
    created: Instant
    corrections: tuple[str, ...] = ()
    inputs: Inputs
    files: dict[FileName, FileEntry]
    seal: str = ""

    def text(self) -> bytes:
        """The manifest as it is published, sealed."""
        sealed = self.model_copy(update={"seal": self._sum()})
        return sealed.model_dump_json(indent=1).encode() + b"\n"

    @property
    def sound(self) -> bool:
        """Whether it is as it was when it was sealed, and named after its own inputs."""
        return self.seal == self._sum() and self.version.endswith(f"-{self.inputs.digest}")

    def _sum(self) -> str:
        return sha256(_canonical(self.model_dump(mode="json", exclude={"seal"})))


def entries(files: Mapping[str, bytes]) -> dict[str, FileEntry]:
    """What a manifest says of these files, in the order of their names."""
    return {name: FileEntry(sha256=sha256(data), size=len(data)) for name, data in sorted(files.items())}


@lru_cache(maxsize=256)
def read_manifest(text: bytes) -> Manifest:
    """The manifest of a published file; ValueError says in a few words why it is none."""
    try:
        found = Manifest.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise ValueError(f"{where}: {first['msg']}") from error
    if not found.sound or found.text() != text:
        raise ValueError("it has changed since it was published")
    return found


def version_name(created: datetime, inputs: Inputs) -> str:
    """20261108T035000Z-0123456789ab: when a version was made, to the second in UTC, and of what."""
    moment = as_utc(created).replace(tzinfo=None).isoformat(timespec="seconds")
    return f"{re.sub('[-:]', '', moment)}Z-{inputs.digest}"


def _canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


#: The files that draw: charts and their renderings, views, wall time and text, embeds, and what reads a story.
DRAWING = (
    components.charts, components.render, components.embeds, data,
    components.view, components.clock, components.ap_style, components.text,
)  # fmt: skip
#: Whose version may change what is drawn or counted.
_LIBRARIES = (
    "fontpkg-pt-serif", "numpy", "pandas", "pillow", "pydantic", "pypdf", "tzdata", "vl-convert-python",
)  # fmt: skip


def inputs_of(
    story: Story,
    stories: StoryStore,
    *,
    views: Sequence[str] = (),
    others: Sequence[Story] = (),
    site: str = "",
    files: Mapping[str, bytes] | None = None,
) -> Inputs:
    """Everything that a version of this story follows from. OSError where a file cannot be read.

    `others` are the stories that its views hold beside it: their files begin with their slug.
    """
    snapshots = _snapshots(story, stories)
    sums = _sums_of(stories.files(story.slug) if files is None else files)
    for other in others:
        sums |= {f"{other.slug}/{name}": found for name, found in _sums_of(stories.files(other.slug)).items()}
        snapshots |= {f"{other.slug}/{name}": found for name, found in _snapshots(other, stories).items()}
    return Inputs(
        story=sums,
        snapshots=snapshots,
        code=code_of(DRAWING),
        libraries=libraries(),
        views=tuple(sorted(set(views))),
        site=site,
    )


def _sums_of(files: Mapping[str, bytes]) -> dict[str, str]:
    return {name: sha256(content) for name, content in sorted(files.items())}


def _snapshots(story: Story, stories: StoryStore) -> dict[str, str]:
    return _sums(path / "snapshots" for path in stories.snapshots(story.slug))


def _sums(folders: Iterable[Path]) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): sha256(path.read_bytes()) for folder in folders for path in _in(folder)
    }


def _in(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts):
            yield path


def libraries() -> dict[str, str]:
    """The versions of Python and of the libraries that draw or count."""
    found = {name: found for name in _LIBRARIES if (found := _version(name))}
    return found | {"python": ".".join(platform.python_version_tuple()[:2])}


@cache
def code_of(modules: tuple[ModuleType, ...]) -> str:
    """One checksum of the files of packages and single modules, without stories and compiled files.

    Of the code that runs: a file edited later draws nothing in this process.
    """
    folders = [Path(folder) for module in modules for folder in getattr(module, "__path__", ())]
    files = [Path(module.__file__) for module in modules if module.__file__ and not hasattr(module, "__path__")]
    sums = [
        f"{folder.name}/{path.relative_to(folder).as_posix()} {sha256(path.read_bytes())}"
        for folder in folders
        for path in _in(folder)
        if not {"__pycache__", "stories"} & set(path.relative_to(folder).parts)
    ]
    sums += [f"{path.name} {sha256(path.read_bytes())}" for path in files]
    return sha256("\n".join(sums).encode())


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
