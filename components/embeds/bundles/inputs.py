"""What a published version is made from, as checksums: the story, its snapshots, this project's code, its libraries."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import ModuleType

import components.ap_style
import components.charts
import components.clock
import components.embeds
import components.render
import components.text
import components.view
import data
from components.embeds.bundles.manifest import Inputs, sha256
from data.story.store import StoryStore
from data.story.story import Story

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
    story: Story, stories: StoryStore, *, views: Sequence[str] = (), others: Sequence[Story] = (), site: str = ""
) -> Inputs:
    """Everything that a version of this story follows from. OSError where a file cannot be read.

    `others` are the stories that its views hold beside it: their files begin with their slug.
    """
    files, snapshots = _content(story, stories), _snapshots(story, stories)
    for other in others:
        files |= {f"{other.slug}/{name}": found for name, found in _content(other, stories).items()}
        snapshots |= {f"{other.slug}/{name}": found for name, found in _snapshots(other, stories).items()}
    return Inputs(
        story=files,
        snapshots=snapshots,
        code=code_of(DRAWING),
        libraries=libraries(),
        views=tuple(sorted(set(views))),
        site=site,
    )


def _content(story: Story, stories: StoryStore) -> dict[str, str]:
    return {name: sha256(content) for name, content in sorted(stories.files(story.slug).items())}


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
