"""Putting a bundle where readers find it: a new version that stands for ever, then the move of latest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from components.charts.as_of_notes import corrected
from components.clock import Clock
from components.embeds.bundles.checking import is_whole
from components.embeds.bundles.folder import Folder
from components.embeds.bundles.manifest import NAME, Inputs, Manifest, entries, read_manifest, version_name
from components.embeds.bundles.storage import Files, Store, TargetRefused
from data.core.errors import DataError
from data.story.story import Story

Bake = Callable[[str], Files]


@dataclass(frozen=True, slots=True)
class Published:
    """A version that stands, whether it is new, whether latest had to be moved, and which version latest shows now.

    That is another one where another publisher moved it in the same moment.
    """

    version: str
    is_new: bool
    moved: bool
    latest: str


def store_of(target: str) -> Store:
    """The folder or bucket that a target names; TargetRefused for another kind of address."""
    if target.startswith("s3://") and target.removeprefix("s3://").strip("/"):
        return _bucket(target.rstrip("/"))
    if "://" in target or not target.strip():
        raise TargetRefused(f"{target[:200]!r} is not a place to publish to; name a folder, or s3://bucket/prefix.")
    return Folder(Path(target))


def _bucket(address: str) -> Store:
    """A bucket; TargetRefused where the packages are missing that only publishing to S3 wants."""
    try:
        from components.embeds.bundles.bucket import Bucket
    except ModuleNotFoundError as missing:
        raise TargetRefused(
            f"{address} needs a package that is not installed, {missing.name}: "
            "run `python -m pip install -c constraints.txt -r requirements-s3.txt`."
        ) from missing
    return Bucket(address)


def publish(
    story: Story, store: Store, *, inputs: Inputs, bake: Bake, now: datetime, done: Callable[[], object] = lambda: None
) -> Published:
    """The version of these inputs, baked and written unless it stands there whole already, with latest moved to it."""
    version, is_new = prepared(story, store, inputs=inputs, bake=bake, now=now, done=done)
    return shown(story.slug, store, version, is_new=is_new)


def refuse_test(story: Story) -> None:
    """DataError for a rehearsal: what is published lasts, and a test must not."""
    if story.about.rehearsal:
        raise DataError(f"{story.slug} is a rehearsal, and what is published lasts; publish the night itself")


def prepared(
    story: Story, store: Store, *, inputs: Inputs, bake: Bake, now: datetime, done: Callable[[], object] = lambda: None
) -> tuple[str, bool]:
    """The version of these inputs, which stands there whole, and whether it is new; latest does not show it yet.

    `bake` takes the version's name and gives its files but the manifest; `done` is called for every file written.
    """
    version = _whole_version(store, story.slug, inputs)
    is_new = not version
    if not version:
        version = version_name(now, inputs)
        files = whole(story, bake(version), inputs=inputs, version=version, now=now)
        put_whole(store, story.slug, version, files, done=done)
    return version, is_new


def shown(slug: str, store: Store, version: str, *, is_new: bool) -> Published:
    """Move latest to a version that stands whole."""
    moved = store.move_latest(slug, version)
    latest = read_manifest(store.read(f"{slug}/latest/{NAME}") or b"").version
    return Published(version, is_new, moved, latest)


def put_whole(
    store: Store, story: str, version: str, files: Files, *, done: Callable[[], object] = lambda: None
) -> None:
    """Keep a version's files; as good where another publisher has put the same version there meanwhile."""
    try:
        store.put_version(story, version, files, done=done)
    except FileExistsError as error:
        if not is_whole(store, story, version):
            raise TargetRefused(
                f"{store.address(story, 'v', version)} is being published by somebody else: try again in a minute."
            ) from error


def whole(story: Story, baked: Files, *, inputs: Inputs, version: str, now: datetime) -> Files:
    """The files of a version with its manifest."""
    clock = Clock(story.about.clock)
    manifest = Manifest(
        story=story.slug,
        title=clock.say(story.about.title),
        version=version,
        created=now.replace(microsecond=0),
        corrections=tuple(clock.say(corrected(row)) for row in story.corrections),
        inputs=inputs,
        files=entries(baked),
    )
    return {**baked, NAME: manifest.text()}


def _whole_version(store: Store, story: str, inputs: Inputs) -> str:
    """The newest version of these inputs that stands whole; "" where there is none."""
    made = [version for version in store.versions(story) if version.endswith(f"-{inputs.digest}")]
    return next((version for version in reversed(made) if is_whole(store, story, version)), "")
