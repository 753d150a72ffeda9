"""The pins: one for each package that is needed, within its bounds, on every Python that is allowed; and no other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.licences import licence_of, licences

ROOT = Path(__file__).resolve().parents[1]
FILES = (
    "requirements.txt",
    "requirements-s3.txt",
    "requirements-alerts.txt",
    "requirements-desk.txt",
    "requirements-dev.txt",
)
#: As each answers the markers of a requirement.
PYTHONS = [{"python_version": f"3.{minor}", "python_full_version": f"3.{minor}.4"} for minor in (11, 12, 13)]
SYSTEMS = [
    {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"},
    {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix"},
    {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt"},
]
PLACES = [python | system for python in PYTHONS for system in SYSTEMS]


def named(file: str) -> list[Requirement]:
    """The requirements of a file's lines; what it takes in from another file, and this folder itself, are none."""
    lines = (ROOT / file).read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    return [Requirement(line.split(" --hash")[0]) for line in lines if re.match(r"\w", line)]


def holds(requirement: Requirement, place: dict[str, str], extra: str = "") -> bool:
    return requirement.marker is None or requirement.marker.evaluate(place | {"extra": extra})


def pins(file: str, place: dict[str, str]) -> dict[str, str]:
    """The version of each package that a file pins for such a Python and system."""
    found = [pin for pin in named(file) if holds(pin, place)]
    versions: dict[str, str] = {canonicalize_name(pin.name): str(pin.specifier).removeprefix("==") for pin in found}
    assert len(versions) == len(found), "a package with two versions in one place"
    return versions


def needed(wanted: list[Requirement]) -> Iterator[str]:
    """What these need and what that needs, with extras, as the metadata of what is installed here tells."""
    todo = [(one.name, extra) for one in wanted for extra in ("", *one.extras)]
    seen: set[tuple[str, str]] = set()
    while todo:
        name, extra = todo.pop()
        if (key := (canonicalize_name(name), extra)) in seen:
            continue
        seen.add(key)
        yield key[0]
        asked = [Requirement(text) for text in metadata.requires(name) or ()]
        asked = [one for one in asked if holds(one, {}, extra)]
        todo += [(one.name, inner) for one in asked for inner in ("", *one.extras)]


def installed_here(file: str) -> set[str]:
    return {canonicalize_name(pin.name) for pin in named(file) if holds(pin, {})}


@pytest.mark.parametrize("place", PLACES, ids=lambda place: f"{place['python_version']} {place['sys_platform']}")
@pytest.mark.parametrize("file", FILES)
def test_every_requirement_has_a_pin_within_its_bounds(file: str, place: dict[str, str]) -> None:
    pinned = pins("constraints.txt", place)
    outside = [
        str(one) for one in named(file) if not one.specifier.contains(pinned.get(canonicalize_name(one.name), ""))
    ]
    assert outside == [], "run `make lock`, and commit what it writes"


@pytest.mark.parametrize("place", PLACES, ids=lambda place: f"{place['python_version']} {place['sys_platform']}")
def test_the_lock_pins_the_same_versions(place: dict[str, str]) -> None:
    assert pins("requirements.lock", place).items() <= pins("constraints.txt", place).items()


def test_every_pin_is_of_something_needed_and_everything_needed_is_pinned() -> None:
    wanted = [one for file in FILES for one in named(file)]
    assert installed_here("constraints.txt") == set(needed(wanted)), "run `make lock`, and commit what it writes"
    assert installed_here("requirements.lock") == set(needed(named("requirements.txt")))


def test_each_pin_of_the_lock_has_the_hashes_of_its_files() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    entries = re.findall(r"^(\S+)==.*((?:\n +--hash=sha256:[0-9a-f]{64}.*)*)", text, re.MULTILINE)
    assert len(entries) == len(named("requirements.lock")) > 0
    assert [name for name, hashes in entries if not hashes] == []


def test_the_pages_largest_packages_are_among_those_of_the_lock() -> None:
    table = re.findall(
        r"^\| `(.+?)` \| \d+ \|", (ROOT / "docs" / "packages.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert len(table) == 10 and set(table) <= installed_here("requirements.lock")


def test_every_package_of_the_running_app_names_its_licence() -> None:
    found = licences()
    assert {package.split()[0] for package in found} == installed_here("requirements.lock")
    assert [package for package, licence in found.items() if not licence] == []


@pytest.mark.parametrize(
    ("said", "licence"),
    [
        pytest.param("License-Expression: MIT\nLicense: see below", "MIT", id="an expression"),
        pytest.param(
            "License: Dual License\nClassifier: License :: OSI Approved :: BSD License", "BSD License", id="kinds"
        ),
        pytest.param("License: Apache 2.0", "Apache 2.0", id="a name"),
        pytest.param("License: UNKNOWN", "", id="unknown"),
        pytest.param(f"License: {'Redistribution and use in source and binary forms ' * 3}", "", id="a text, no name"),
        pytest.param("Classifier: Programming Language :: Python", "", id="nothing"),
    ],
)
def test_a_package_without_a_licence_is_found(said: str, licence: str, tmp_path: Path) -> None:
    (tmp_path / "METADATA").write_text(f"Metadata-Version: 2.1\nName: some\nVersion: 1\n{said}\n", encoding="utf-8")
    assert licence_of(metadata.PathDistribution(tmp_path)) == licence
