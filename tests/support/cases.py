"""How much of a test runs where: `make test` its short form, `make test-long` the rest, `make quick` few examples."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from _pytest.mark.structures import ParameterSet
from hypothesis import settings


def cases(*short: object, long: Iterable[object]) -> list[Any]:
    """The cases of a test: first those of the short form, then all others of the long one."""
    return [*short, *(pytest.param(*_parts(case), marks=pytest.mark.long) for case in long if case not in short)]


def _parts(case: object) -> tuple[object, ...]:
    return case if isinstance(case, tuple) else (case,)


def first(count: int, every: Iterable[Any]) -> list[Any]:
    """These cases, `pytest.param`s or values, of which the short form has so many and the long one the others."""
    found = [case if isinstance(case, ParameterSet) else pytest.param(*_parts(case)) for case in every]
    return [
        case if at < count else case._replace(marks=[*case.marks, pytest.mark.long]) for at, case in enumerate(found)
    ]


def examples(most: int) -> settings:
    """As `@examples(40)`: a property that costs much to try is tried so often, or less often in `make quick`."""
    return settings(max_examples=min(most, settings().max_examples))
