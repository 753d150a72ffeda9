"""What can go wrong with evidence, said so that a person knows what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a command line's help wants these errors, and loads nothing that it does not want
    from pydantic import ValidationError


def first_fault(error: ValidationError) -> str:
    """Where values first are not of the shape wanted, and what is wrong there; never what stands there."""
    first = error.errors(include_input=False, include_url=False)[0]
    return f"{'.'.join(map(str, first['loc'])) or 'the whole'}: {first['msg']}"


class DataError(Exception):
    """Any failure of a loader; `str(error)` is one sentence fit to show a reader.

    `retryable` says whether the same request may succeed later without anybody changing anything.
    """

    retryable = False


class SourceUnavailable(DataError):
    """A source did not answer; the same request may work later (`retry_after` in seconds, if it said)."""

    retryable = True

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class SourceChanged(DataError):
    """A source answered in a shape this version does not know; trying again will not help."""


class StoryInvalid(DataError):
    """A story folder has a fault that its authors can mend; names the file, row and column."""

    def __init__(self, message: str, *, file: str = "", row: int | None = None, column: str = "") -> None:
        super().__init__(message)
        self.file, self.row, self.column = file, row, column


class NotInStory(DataError):
    """An address names something under `parameter` that the story does not hold; `got` is what, `wants` what it has."""

    def __init__(self, message: str, *, parameter: str, got: str, wants: str) -> None:
        super().__init__(f"{message}; choose {wants}")
        self.message, self.parameter, self.got, self.wants = message, parameter, got, wants
