"""Whether what is published is still what was published: every file of every version, and what latest shows.

Everything is judged from `Contents` alone, so a fault is found the same way wherever a bundle lies.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from components.embeds.bundles import hosting
from components.embeds.bundles.manifest import NAME, VERSION, Manifest, read_manifest
from components.embeds.bundles.storage import Contents, Store, StoredFile, Tree
from data.story.table_rows import SLUG

#: What a publisher writes before a name is given, in the places where it does.
_PART = re.compile(r"(?:[^/]+/(?:v/)?)?\.[0-9a-f]{32}\.(?:part|latest)")


@dataclass(frozen=True, slots=True)
class StoreFinding:
    """One thing found in a target, in a sentence; a fault, or something worth knowing."""

    sentence: str
    is_fault: bool = True


def check_store(store: Store) -> tuple[StoreFinding, ...]:
    """Everything found in a target, all of it read back."""
    return tuple(check_contents(store.contents()))


def is_whole(store: Store, story: str, version: str) -> bool:
    """Whether every file of a version is as it was published."""
    return not list(check_version(store.contents(f"{story}/v/{version}"), story, version))


def check_contents(held: Contents) -> Iterator[StoreFinding]:
    """Everything found in a target, story by story."""
    stories = held.tree.stories
    if not stories:
        yield StoreFinding(f"{held.name} holds no published story.")
    for story in stories:
        for version in held.tree.versions(story):
            yield from check_version(held, story, version)
        yield from check_latest(held, story)
    yield from _check_strays(held, stories)
    if held.has_host_file and stories:
        yield from _check_host_file(held, stories)


def sound_manifests(held: Contents, story: str) -> dict[str, Manifest]:
    """The manifests of a story's versions that are in order, by version."""
    found = {}
    for version in held.tree.versions(story):
        try:
            manifest = read_manifest(held.text(f"{story}/v/{version}/{NAME}") or b"")
        except ValueError:
            continue
        if (manifest.story, manifest.version) == (story, version):
            found[version] = manifest
    return found


def check_version(held: Contents, story: str, version: str) -> Iterator[StoreFinding]:
    """What is wrong with a version."""
    folder = f"{story}/v/{version}"
    text = held.text(f"{folder}/{NAME}")
    if text is None:
        if folder in held.tree.unfinished:
            said = "its publisher was stopped, or is still at it."
            yield StoreFinding(f"{held.address(folder)} has no {NAME}: {said}", is_fault=False)
        else:
            said = (
                "its publisher was stopped, or it was removed. Nobody can tell what was published: remove the folder."
            )
            yield StoreFinding(f"{held.address(folder)} has no {NAME}: {said}")
        return
    try:
        manifest = read_manifest(text)
    except ValueError as fault:
        yield StoreFinding(f"{held.address(folder, NAME)} cannot be trusted: {fault}.")
        return
    if (manifest.story, manifest.version) != (story, version):
        yield StoreFinding(f"{held.address(folder, NAME)} is of {manifest.story}, version {manifest.version}.")
        return
    yield from _check_files(held, folder, manifest)


def _check_files(held: Contents, folder: str, manifest: Manifest) -> Iterator[StoreFinding]:
    for name, entry in manifest.files.items():
        where, file = held.address(folder, name), held.files.get(f"{folder}/{name}")
        if file is None:
            yield StoreFinding(f"{where} is missing.")
        elif file.size != entry.size:
            yield StoreFinding(f"{where} is {file.size:,} bytes long and was published with {entry.size:,}.")
        elif file.sha256 != entry.sha256:
            yield StoreFinding(f"{where} is not what was published: its checksum differs.")
    for name in sorted({*_below(held, folder)} - {*manifest.files, NAME}):
        yield StoreFinding(f"{held.address(folder, name)} is not in the version's manifest.")


def _below(held: Contents, folder: str) -> list[str]:
    """Every file, folder and link below a folder, named from there."""
    return [path.removeprefix(f"{folder}/") for path in held.tree.paths if path.startswith(f"{folder}/")]


def _latest(held: Contents, story: str) -> str:
    """The folder that latest is: itself, or the version that it links to; "" for a link to anything else."""
    to = held.tree.links.get(f"{story}/latest")
    if to is None:
        return f"{story}/latest"
    return f"{story}/{to}" if to.startswith("v/") and VERSION.fullmatch(to.removeprefix("v/")) else ""


def _shown(held: Contents, story: str, sound: Mapping[str, Manifest]) -> Manifest | None:
    """The manifest of the version that latest shows; None where it is of none that is in order."""
    text = held.text(f"{_latest(held, story)}/{NAME}")
    return next((manifest for manifest in sound.values() if manifest.text() == text), None)


def check_latest(held: Contents, story: str) -> Iterator[StoreFinding]:
    """What is wrong with what latest shows."""
    sound, folder, where = sound_manifests(held, story), _latest(held, story), held.address(story, "latest")
    if folder and held.text(f"{folder}/{NAME}") is None:
        yield StoreFinding(f"{where} shows no version: publish {story} again.")
        return
    shown = _shown(held, story, sound)
    if shown is None:
        yield StoreFinding(f"{where}/{NAME} is of no version that stands here: publish {story} again.")
        return
    files = {name: held.files.get(f"{folder}/{name}") for name in shown.files}
    others = [name for name, file in files.items() if file is None or file.sha256 != shown.files[name].sha256]
    if others:
        yield StoreFinding(_between(where, story, others, _origin(files, others, sound), shown.version))
    if folder == f"{story}/latest":
        yield from _check_left(held, folder, shown, sound)


def _check_left(held: Contents, folder: str, shown: Manifest, sound: Mapping[str, Manifest]) -> Iterator[StoreFinding]:
    """What lies in latest beside the version that it shows: a bucket lets none go that a version had."""
    versions = list(sound.values())
    for name in sorted({*_below(held, folder)} - {*shown.files, NAME}):
        where, file = held.address(folder, name), held.files.get(f"{folder}/{name}")
        if any(file and name in old.files and old.files[name].sha256 == file.sha256 for old in versions):
            said = f"{where} is left from an earlier version: {shown.version} has no such file."
            yield StoreFinding(said, is_fault=False)
        else:
            yield StoreFinding(f"{where} is of no version that stands here.")


def _origin(files: Mapping[str, StoredFile | None], names: list[str], sound: Mapping[str, Manifest]) -> str:
    """The version that most of these files are of; "" where they are of none."""
    found = Counter(
        manifest.version
        for name in names
        for manifest in sound.values()
        if (file := files[name]) and name in manifest.files and file.sha256 == manifest.files[name].sha256
    )
    return found.most_common(1)[0][0] if found else ""


def _between(where: str, story: str, names: list[str], origin: str, shown: str) -> str:
    files = f"{len(names)} of its files" if len(names) > 1 else names[0]
    if origin:
        return f"{where} is between two versions: {files} from {origin}, the rest from {shown}; publish {story} again."
    return f"{where} shows {shown}, but not all of it: {files} missing or changed; publish {story} again."


def _check_strays(held: Contents, stories: tuple[str, ...]) -> Iterator[StoreFinding]:
    """What publishing did not put there: told at the root, where other files may live, and a fault in a story."""
    for path in sorted(held.tree.paths - {hosting.HOST_FILE}):
        story, _, rest = path.partition("/")
        if _PART.fullmatch(path):
            said = "was left half written: its publisher was stopped, or is still at it."
            yield StoreFinding(f"{held.address(path)} {said}", is_fault=False)
        elif story in stories and not _is_made(held.tree, path, rest):
            yield StoreFinding(f"{held.address(path)} is nothing that was published.")
    for name in sorted({path.partition("/")[0] for path in held.tree.paths} - {*stories, hosting.HOST_FILE}):
        if not _PART.fullmatch(name):
            is_story = name in held.tree.links and re.fullmatch(SLUG, name) is not None
            yield StoreFinding(f"{held.address(name)} is not part of a bundle.", is_fault=is_story)


def _is_made(tree: Tree, path: str, rest: str) -> bool:
    """Whether publishing makes such a thing in a story; what is in a version or in latest is judged there."""
    if rest in ("", "v"):
        return path in tree.folders
    if rest == "latest" or rest.startswith("latest/"):
        return True
    return rest.startswith("v/") and VERSION.fullmatch(rest.split("/")[1]) is not None


def _check_host_file(held: Contents, stories: tuple[str, ...]) -> Iterator[StoreFinding]:
    """What is wrong with _headers: it holds the rules of every version whose manifest vouches for them, no others."""
    where, again = held.address(hosting.HOST_FILE), f"publish {stories[0]} again"
    text = held.text(hosting.HOST_FILE)
    if text is None:
        yield StoreFinding(f"{where} is missing, so a host sends none of the headers that protect readers: {again}.")
        return
    places = [
        place
        for story in stories
        for place in (*(f"{story}/v/{version}" for version in held.tree.versions(story)), _latest(held, story))
    ]
    rules, unknown = hosting.host_rules(places, held.text)
    asked = hosting.host_text(rules)
    if text != asked and not (unknown and hosting.is_own(text) and hosting.agrees(text, asked, unknown)):
        yield StoreFinding(f"{where} is not what the versions here ask for: remove it and {again}.")
