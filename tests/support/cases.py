"""A test's short form, which `make test` runs, and the long one, which `make test-long` runs besides."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def cases(*short: object, long: Iterable[object]) -> list[Any]:
    """The cases of a test: first those of the short form, then all others of the long one."""
    return [*short, *(pytest.param(*_parts(case), marks=pytest.mark.long) for case in long if case not in short)]


def _parts(case: object) -> tuple[object, ...]:
    return case if isinstance(case, tuple) else (case,)
