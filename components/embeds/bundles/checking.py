"""Whether what is published is still what was published: every checksum of every version, and what latest shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from components.embeds.bundles.manifest import NAME, Manifest, read_manifest, sha256
from components.embeds.bundles.storage import Store


@dataclass(frozen=True, slots=True)
class StoreFinding:
    """One thing found in a target, in a sentence; a fault, or something worth knowing."""

    sentence: str
    is_fault: bool = True


def check_store(store: Store) -> Iterator[StoreFinding]:
    """Everything found in a target, story by story."""
    stories = store.stories()
    if not stories:
        yield StoreFinding(f"{store.name} holds no published story.")
    for story in stories:
        sound: dict[str, Manifest] = {}
        for version in store.versions(story):
            yield from check_version(store, story, version, sound)
        yield from check_latest(store, story, sound)


def is_whole(store: Store, story: str, version: str) -> bool:
    """Whether every file of a version is as it was published."""
    return not list(check_version(store, story, version, {}))


def check_version(store: Store, story: str, version: str, sound: dict[str, Manifest]) -> Iterator[StoreFinding]:
    """What is wrong with a version; its manifest is added to `sound` where that is in order."""
    folder = f"{story}/v/{version}"
    text = store.read(f"{folder}/{NAME}")
    if text is None:
        yield StoreFinding(
            f"{store.address(folder)} has no {NAME}: its publisher was stopped, or is still at it.", False
        )
        return
    try:
        manifest = read_manifest(text)
    except ValueError as fault:
        yield StoreFinding(f"{store.address(folder, NAME)} cannot be trusted: {fault}.")
        return
    if (manifest.story, manifest.version) != (story, version):
        yield StoreFinding(f"{store.address(folder, NAME)} is of {manifest.story}, version {manifest.version}.")
        return
    sound[version] = manifest
    yield from _check_files(store, folder, manifest)


def _check_files(store: Store, folder: str, manifest: Manifest) -> Iterator[StoreFinding]:
    held = store.read_all(folder, manifest.files)
    for name, entry in manifest.files.items():
        where, data = store.address(folder, name), held[name]
        if data is None:
            yield StoreFinding(f"{where} is missing.")
        elif len(data) != entry.size:
            yield StoreFinding(f"{where} is {len(data):,} bytes long and was published with {entry.size:,}.")
        elif sha256(data) != entry.sha256:
            yield StoreFinding(f"{where} is not what was published: its checksum differs.")
    for name in sorted({*store.listed(folder)} - {*manifest.files, NAME}):
        yield StoreFinding(f"{store.address(folder, name)} is not in the version's manifest.")


def check_latest(store: Store, story: str, sound: dict[str, Manifest]) -> Iterator[StoreFinding]:
    """What is wrong with latest, given the story's versions that are in order."""
    folder = f"{story}/latest"
    text = store.read(f"{folder}/{NAME}")
    if text is None:
        yield StoreFinding(f"{store.address(folder)} shows no version: publish {story} again.")
        return
    shown = next((manifest for manifest in sound.values() if manifest.text() == text), None)
    if shown is None:
        yield StoreFinding(f"{store.address(folder, NAME)} is of no version that stands here: publish {story} again.")
        return
    held = store.read_all(folder, shown.files)
    others = [name for name, data in held.items() if data is None or sha256(data) != shown.files[name].sha256]
    if others:
        yield StoreFinding(_between(store.address(folder), story, others, _origin(held, others, sound), shown.version))
    for name in _left(store.listed(folder), shown, sound):
        said = f"{store.address(folder, name)} is left from an earlier version: {shown.version} has no such file."
        yield StoreFinding(said, False)


def _left(names: Iterable[str], shown: Manifest, sound: dict[str, Manifest]) -> list[str]:
    """The files that latest does not show and some version held: a bucket's latest lets none go."""
    held = {name for manifest in sound.values() for name in manifest.files}
    return [name for name in names if name in held - set(shown.files)]


def _origin(held: dict[str, bytes | None], names: list[str], sound: dict[str, Manifest]) -> str:
    """The version that most of these files are of; "" where they are of none."""
    found = Counter(
        manifest.version
        for name in names
        for manifest in sound.values()
        if name in manifest.files and sha256(held[name] or b"") == manifest.files[name].sha256
    )
    return found.most_common(1)[0][0] if found else ""


def _between(where: str, story: str, names: list[str], origin: str, shown: str) -> str:
    files = f"{len(names)} of its files" if len(names) > 1 else names[0]
    if origin:
        return f"{where} is between two versions: {files} from {origin}, the rest from {shown}; publish {story} again."
    return f"{where} shows {shown}, but not all of it: {files} missing or changed; publish {story} again."
