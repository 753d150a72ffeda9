"""The licence of each package that the running app needs, as its own metadata names it: `make audit` lists them."""

from __future__ import annotations

import re
import sys
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

LOCK = Path(__file__).resolve().parents[2] / "requirements.lock"
_CLASS = "License :: "
#: A name; what is longer is the text of a licence, pasted in whole.
_LONGEST_NAME = 60


def licence_of(found: metadata.Distribution) -> str:
    """The licence's SPDX expression, or its name in classifiers or a field; empty where there is none.

    It is not read from the text of a licence, which may speak of a part of the package alone.
    """
    said = found.metadata
    classes = [one.split(" :: ")[-1] for one in said.get_all("Classifier") or () if one.startswith(_CLASS)]
    expression, field = ((said.get_all(name) or [""])[0] for name in ("License-Expression", "License"))
    named = field if len(field) <= _LONGEST_NAME and field.upper() != "UNKNOWN" else ""
    return expression or ", ".join(classes) or named


def licences(lock: Path = LOCK) -> dict[str, str]:
    """The licence of each package of a lock, by name and version, of those that this Python and system want."""
    lines = lock.read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    wanted = [Requirement(line.split(" --hash")[0]) for line in lines if re.match(r"\w", line)]
    here = [one.name for one in wanted if one.marker is None or one.marker.evaluate()]
    found = {name: metadata.distribution(name) for name in sorted(here)}
    return {f"{name} {one.version}": licence_of(one) for name, one in found.items()}


def main() -> int:
    """Print a line for each; 1 where a package names none."""
    listed = licences()
    print("\n".join(f"{package}: {licence or 'none named'}" for package, licence in listed.items()))  # noqa: T201
    return int(not all(listed.values()))


if __name__ == "__main__":
    sys.exit(main())
