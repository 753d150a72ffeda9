"""Verification finds whatever is done to a bundle: each byte, each file and each place in turn, none left out."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import combinations, groupby
from pathlib import Path

import pytest

from components.embeds.bundles.checking import check_contents
from components.embeds.bundles.publishing import store_of
from components.embeds.bundles.storage import Contents, TargetRefused, stored
from tests.support.bundles import NOW, STORY, faults, published

LATER = NOW + timedelta(minutes=1)
FOREIGN = b"/*\n  X-Frame-Options: DENY\n"


@dataclass(frozen=True)
class Bundle:
    """Two versions in a folder: their bytes by path, and all that verification judges."""

    files: dict[str, bytes]
    held: Contents

    def is_found(self, changed: dict[str, bytes], *, gone: str = "") -> bool:
        """Whether verification calls it a fault that these files hold this, and that one is gone."""
        files = {**self.held.files, **{path: stored(path, data) for path, data in changed.items()}}
        files.pop(gone, None)
        held = replace(self.held, files=files)
        if files.keys() != self.held.files.keys():
            held = replace(held, tree=replace(held.tree, files=frozenset(files)))
        return any(found.is_fault for found in check_contents(held))


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    folder = tmp_path_factory.mktemp("out")
    store = store_of(str(folder))
    published(store, "first")
    published(store, "second", now=LATER)
    held = store.contents()
    assert list(check_contents(held)) == []
    return Bundle({path: (folder / path).read_bytes() for path in held.files}, held)


def test_everything_is_read_back(bundle: Bundle) -> None:
    kinds = groupby(sorted(bundle.files, key=os.path.basename), key=os.path.basename)
    counts = {name: len(list(paths)) for name, paths in kinds}
    assert counts == {"_headers": 1, "headers.json": 2, "manifest.json": 2, "timeline.csv": 2, "timeline.html": 2}


def flips(data: bytes) -> Iterator[bytes]:
    """Every bit of every byte, turned."""
    for at, byte in enumerate(data):
        yield from (data[:at] + bytes([byte ^ 1 << bit]) + data[at + 1 :] for bit in range(8))


def losses(data: bytes) -> Iterator[bytes]:
    """Without each of its bytes, and cut short before each."""
    for at in range(len(data)):
        yield data[:at] + data[at + 1 :]
        yield data[:at]


def insertions(data: bytes) -> Iterator[bytes]:
    """With one more space or line end before each byte and at the end."""
    for at in range(len(data) + 1):
        yield from (data[:at] + one + data[at:] for one in (b" ", b"\n"))


def exchanges(data: bytes) -> Iterator[bytes]:
    """Every two neighbours that differ, exchanged."""
    for at in range(len(data) - 1):
        if data[at] != data[at + 1]:
            yield data[:at] + data[at + 1 : at + 2] + data[at : at + 1] + data[at + 2 :]


@pytest.mark.slow
@pytest.mark.parametrize("damaged", [flips, losses, insertions, exchanges])
def test_every_byte_that_is_changed_lost_added_or_exchanged_is_found(
    bundle: Bundle, damaged: Callable[[bytes], Iterator[bytes]]
) -> None:
    unseen = [
        (path, data)
        for path, whole in bundle.files.items()
        for data in damaged(whole)
        if not bundle.is_found({path: data})
    ]
    assert unseen == []


def test_every_file_that_is_removed_is_found(bundle: Bundle) -> None:
    assert [path for path in bundle.files if not bundle.is_found({}, gone=path)] == []


def test_every_two_files_that_are_exchanged_are_found(bundle: Bundle) -> None:
    pairs = [pair for pair in combinations(bundle.files, 2) if bundle.files[pair[0]] != bundle.files[pair[1]]]
    assert len(pairs) == 36
    unseen = [
        pair for pair in pairs if not bundle.is_found({one: bundle.files[two] for one, two in (pair, pair[::-1])})
    ]
    assert unseen == []


@pytest.mark.parametrize("name", ["added.html", ".hidden", "timeline.html~", "deeper/added.html"])
def test_a_file_added_anywhere_in_a_story_is_found(bundle: Bundle, name: str) -> None:
    folders = sorted({"us-2016", "us-2016/v", *(path.rpartition("/")[0] for path in bundle.files if "/" in path)})
    assert len(folders) == 4
    assert [folder for folder in folders if not bundle.is_found({f"{folder}/{name}": b"added"})] == []


def test_two_versions_under_each_others_names_are_found(tmp_path: Path) -> None:
    store = store_of(str(tmp_path))
    published(store, "first")
    published(store, "second", now=LATER)
    first, second = sorted((tmp_path / STORY.slug / "v").iterdir())
    first.rename(tmp_path / "aside")
    second.rename(first)
    (tmp_path / "aside").rename(second)
    assert len([sentence for sentence in faults(store) if "manifest.json is of us-2016, version" in sentence]) == 2


def test_a_policy_taken_out_of_the_headers_of_a_host_is_found_beside_a_version_damaged_long_ago(tmp_path: Path) -> None:
    store = store_of(str(tmp_path))
    old = published(store, "first")
    (tmp_path / STORY.slug / "v" / old.version / "headers.json").write_bytes(b"{}")
    published(store, "second", now=LATER)
    headers = tmp_path / "_headers"
    assert len(faults(store)) == 1
    headers.write_text(headers.read_text().replace("  Content-Security-Policy: default-src 'none'\n", "", 1))
    assert f"{tmp_path}/_headers is not what the versions here ask for: remove it and publish us-2016 again." in faults(
        store
    )


def test_headers_that_a_version_no_longer_vouches_for_are_not_passed_on(tmp_path: Path) -> None:
    store = store_of(str(tmp_path))
    old = published(store, "first")
    file = tmp_path / STORY.slug / "v" / old.version / "headers.json"
    file.write_bytes(file.read_bytes().replace(b"default-src 'none'", b"default-src *     "))
    published(store, "second", now=LATER)
    assert "default-src *" not in (tmp_path / "_headers").read_text()


def test_headers_of_somebody_else_are_neither_replaced_nor_taken_for_ours(tmp_path: Path) -> None:
    store = store_of(str(tmp_path))
    (tmp_path / "_headers").write_bytes(FOREIGN)
    with pytest.raises(TargetRefused, match="was written or changed by somebody else, and publish does not replace it"):
        store.check(STORY.slug)
    with pytest.raises(TargetRefused):
        published(store, "first")
    assert (tmp_path / "_headers").read_bytes() == FOREIGN
    assert not (tmp_path / STORY.slug).exists()


def test_a_rule_that_a_newsroom_added_to_our_headers_is_kept(tmp_path: Path) -> None:
    store = store_of(str(tmp_path))
    published(store, "first")
    with (tmp_path / "_headers").open("ab") as file:
        file.write(FOREIGN)
    with pytest.raises(TargetRefused, match="or move the file away"):
        published(store, "second", now=LATER)
    assert (tmp_path / "_headers").read_bytes().endswith(FOREIGN)


def test_headers_written_before_they_were_sealed_are_replaced(tmp_path: Path) -> None:
    store = store_of(str(tmp_path))
    published(store, "first")
    headers = tmp_path / "_headers"
    headers.write_bytes(headers.read_bytes().partition(b"\n")[2])
    published(store, "second", now=LATER)
    assert faults(store) == []


@pytest.mark.parametrize("link", [STORY.slug, f"{STORY.slug}/v", "_headers"])
def test_nothing_is_published_through_a_link(tmp_path: Path, link: str) -> None:
    out, outside = tmp_path / "out", tmp_path / "outside"
    outside.mkdir()
    (out / link).parent.mkdir(parents=True, exist_ok=True)
    (out / link).symlink_to(outside / "headers" if link == "_headers" else outside)
    with pytest.raises(TargetRefused, match=f"{link} is a symbolic link, and publish follows none: remove it"):
        published(store_of(str(out)), "first")
    assert list(outside.iterdir()) == []


def test_a_link_in_a_bundle_is_found_and_what_it_leads_to_is_never_read(tmp_path: Path) -> None:
    out = tmp_path / "out"
    store = store_of(str(out))
    version = published(store, "first").version
    secret, file = tmp_path / "secret.csv", out / STORY.slug / "v" / version / "timeline.csv"
    shutil.copyfile(file, secret)
    file.unlink()
    file.symlink_to(secret)
    assert f"{out}/us-2016/v/{version}/timeline.csv is missing." in faults(store)
    assert store.read(f"us-2016/v/{version}/timeline.csv") is None


def test_a_pipe_among_the_files_does_not_stop_verification(tmp_path: Path) -> None:
    store = store_of(str(tmp_path))
    version = published(store, "first").version
    os.mkfifo(tmp_path / STORY.slug / "v" / version / "more.html")
    assert faults(store) == [f"{tmp_path}/us-2016/v/{version}/more.html is not in the version's manifest."]


def test_what_else_lies_in_the_folder_is_told_and_no_fault(tmp_path: Path) -> None:
    store = store_of(str(tmp_path))
    published(store, "first")
    (tmp_path / "index.html").write_text("mine")
    (tmp_path / STORY.slug / "v" / f".{'0' * 32}.part").mkdir()
    found = check_contents(store.contents())
    assert [(one.is_fault, one.sentence.removeprefix(f"{tmp_path}/")) for one in found] == [
        (False, f"us-2016/v/.{'0' * 32}.part was left half written: its publisher was stopped, or is still at it."),
        (False, "index.html is not part of a bundle."),
    ]
