"""The wrapping of every Google Trends answer: a guard of a few characters, then one JSON object."""

from __future__ import annotations

import json
from typing import NoReturn, TypeVar

from data.errors import DataError, SourceChanged, SourceUnavailable
from data.faults import quoted

#: Google puts this before its JSON, so that no foreign page can run it as a script.
GUARD = b")]}'"
#: What stands between the guard and the first brace: a line end here, a comma and a line end there.
_MOST_BETWEEN = 16
_PAGES = (b"<!doctype", b"<html", b"<head", b"<body", b"<?xml")

Checked = TypeVar("Checked")


def read_answer(data: bytes) -> dict[str, object]:
    """The object in an answer, as Google sent it.

    Raises SourceUnavailable where the answer is empty or breaks off, which may pass, and SourceChanged where it is a
    web page, has another guard, or is not JSON.
    """
    text = data.removeprefix(b"\xef\xbb\xbf").strip()
    if not text:
        raise SourceUnavailable("Google Trends answered with nothing at all; the same request may work later.")
    _refuse_pages(text)
    if not text.startswith(GUARD):
        raise SourceChanged(f"The answer does not begin as those of Google Trends do, but with {_start(text)}.")
    between, brace, rest = text[len(GUARD) :].partition(b"{")
    if len(between) > _MOST_BETWEEN or between.strip(b", \t\r\n"):
        raise SourceChanged(f"After its first four characters, the answer has no object but {_start(between)}.")
    if not brace:
        raise _broken_off(data)
    return _parsed(data, brace + rest)


def _parsed(data: bytes, body: bytes) -> dict[str, object]:
    try:
        answer = json.loads(body.decode("utf-8"), parse_constant=_no_constant)
    except json.JSONDecodeError as fault:
        if not body.endswith(b"}") or fault.pos >= len(fault.doc):
            raise _broken_off(data) from fault
        raise SourceChanged(f"The answer of Google Trends is no JSON: {fault.msg} at {fault.pos:,}.") from fault
    except UnicodeDecodeError as fault:
        if fault.end == len(body):
            raise _broken_off(data) from fault
        raise SourceChanged(f"The answer of Google Trends is no text in UTF-8 (byte {fault.start:,}).") from fault
    except (ValueError, RecursionError) as fault:
        raise SourceChanged("The answer of Google Trends holds numbers or lists beyond all measure.") from fault
    return expect(answer, dict, "the answer")


def _no_constant(name: str) -> NoReturn:
    raise SourceChanged(f"The answer of Google Trends has {name} where a number belongs.")


def _broken_off(data: bytes) -> DataError:
    return SourceUnavailable(f"The answer of Google Trends breaks off after {len(data):,} bytes; it may work later.")


def _refuse_pages(text: bytes) -> None:
    head = text[:4_000].lower()
    if not head.startswith(_PAGES):
        return
    if b"consent" in head or b"before you continue" in head:
        raise SourceChanged(
            "Google Trends answered with a page that asks for consent to cookies instead of data; open "
            "trends.google.com once in a browser on this network, or draw from another one."
        )
    if b"too many requests" in head or b"unusual traffic" in head or b"429" in head:
        raise SourceUnavailable("Google Trends answered with a page that asks for fewer requests instead of data.")
    raise SourceChanged(f"Google Trends answered with a web page instead of data; it begins with {_start(text)}.")


def _start(text: bytes) -> str:
    return quoted(text[:40].decode("utf-8", errors="replace"))


def expect(value: object, kind: type[Checked], what: str) -> Checked:
    """The value, if it is of this kind (a bool is no int). Raises SourceChanged, naming what is not as it was."""
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise SourceChanged(f"Google Trends has changed its answers: {what} is {quoted(value)}.")
    return value


def inside(value: object, key: str, what: str) -> object:
    """What an object holds under a key. Raises SourceChanged where it is no object or lacks the key."""
    fields = expect(value, dict, what)
    if key not in fields:
        had = quoted(", ".join(sorted(map(str, fields))[:6])) if fields else "nothing"
        raise SourceChanged(f"Google Trends has changed its answers: {what} lacks {key!r} and has {had}.")
    return fields[key]


def listed(value: object, key: str, what: str) -> list[object]:
    """The list an object holds under a key. Raises SourceChanged where there is none."""
    return expect(inside(value, key, what), list, f"{key} of {what}")
