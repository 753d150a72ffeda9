"""The words of a story inside story.toml: what was changed is changed, and every other letter stays."""

from __future__ import annotations

import difflib
import tomllib

import pytest

from data.desk.toml_words import merged, value_at, with_entry, with_value, without_entry
from data.story.store import SHIPPED

FILES = {slug: SHIPPED.files(slug)["story.toml"].decode() for slug in SHIPPED.slugs()}
TEXTS, LISTS = ("title", "kicker", "short", "dek"), ("known", "unknown", "settle")
NIGHT = """# ours
title = "A"   # kept
kicker = 'K'

total = 538

[window]
start = 2000-01-01T18:00:00Z

[[known]]
text = "one"
source = "s"

[[known]]
text = "two"
source = "s"

[credit]
newsroom = "N"
"""


def _lines(before: str, after: str) -> list[str]:
    """The lines that are gone and those that came."""
    return [line for line in difflib.ndiff(before.splitlines(), after.splitlines()) if line[0] in "+-"]


@pytest.mark.slow
@pytest.mark.parametrize("slug", FILES)
def test_each_word_of_each_story_can_be_changed_and_put_back(slug: str) -> None:
    toml = FILES[slug]
    raw = tomllib.loads(toml)
    places = [(key,) for key in TEXTS if key in raw]
    places += [(key, place, "text") for key in LISTS for place in range(len(raw.get(key, [])))]  # type: ignore[misc]
    for where in places:
        changed = with_value(toml, where, 'A “new” text with "quotes", a \\ and\na second line')
        assert value_at(tomllib.loads(changed), where).startswith("A “new” text")
        assert len(_lines(toml, changed)) == 2
        back = with_value(changed, where, value_at(raw, where))
        assert tomllib.loads(back) == raw


def test_what_stands_around_a_text_stays() -> None:
    windows = NIGHT.replace("\n", "\r\n")
    assert with_value(windows, ("title",), "B") == windows.replace('"A"', '"B"')
    inline = 'known = [{ text = "a", source = "s" }, { text = "b" }]\n'
    assert with_value(inline, ("known", 1, "text"), "c") == inline.replace('"b"', '"c"')


def test_a_word_comes_before_the_first_table_and_goes_when_it_is_empty() -> None:
    changed = with_value(NIGHT, ("short",), "S")
    assert tomllib.loads(changed) == tomllib.loads(NIGHT) | {"short": "S"}
    assert with_value(changed, ("short",), "") == NIGHT


@pytest.mark.parametrize("slug", FILES)
def test_an_entry_comes_after_the_last_of_its_list_and_goes_again(slug: str) -> None:
    toml = FILES[slug]
    raw = tomllib.loads(toml)
    changed = with_entry(toml, "known", {"text": "One more.", "source": "s"})
    assert tomllib.loads(changed)["known"] == [*raw.get("known", []), {"text": "One more.", "source": "s"}]
    assert not [line for line in _lines(toml, changed) if line.startswith("-")]
    assert without_entry(changed, "known", len(raw.get("known", []))) == toml


def _with(*changes: tuple[str, str]) -> str:
    toml = NIGHT
    for was, now in changes:
        assert was in toml
        toml = toml.replace(was, now)
    return toml


ONE = '[[known]]\ntext = "one"\nsource = "s"\n\n'
TWO = '[[known]]\ntext = "two"\nsource = "s"\n\n'


@pytest.mark.parametrize(
    ("mine", "theirs", "both"),
    [
        pytest.param([('"A"', '"B"')], [("'K'", "'L'")], [('"A"', '"B"'), ("'K'", "'L'")], id="two keys"),
        pytest.param([('"one"', '"1"')], [('"two"', '"2"')], [('"one"', '"1"'), ('"two"', '"2"')], id="two entries"),
        pytest.param([("two", "2")], [('"two"\nsource = "s"', '"two"\nsource = "t"')],
                     [('"two"\nsource = "s"', '"2"\nsource = "t"')], id="two keys of one entry"),
        pytest.param([('"two"', '"2"')], [(ONE, "")], [(ONE, ""), ('"two"', '"2"')], id="an entry before it went"),
        pytest.param([(TWO, TWO + TWO.replace("two", "mine"))], [(TWO, TWO + TWO.replace("two", "theirs"))],
                     [(TWO, TWO + TWO.replace("two", "theirs") + TWO.replace("two", "mine"))], id="two new entries"),
        pytest.param([('"A"', '"B"')], [('"A"', '"B"'), ("538", "435")], [('"A"', '"B"'), ("538", "435")], id="alike"),
    ],
)  # fmt: skip
def test_what_two_people_changed_at_different_keys_stands_letter_for_letter(
    mine: list[tuple[str, str]], theirs: list[tuple[str, str]], both: list[tuple[str, str]]
) -> None:
    found = merged(NIGHT, _with(*mine), _with(*theirs))
    assert (found.text, found.clashes) == (_with(*both), ())


@pytest.mark.parametrize(
    ("mine", "theirs", "clash"),
    [
        pytest.param(('"A"', '"B"'), ('"A"', '"C"'), ("title", "B", "C"), id="a headline"),
        pytest.param(("538", "1"), ("538", "2"), ("total", "1", "2"), id="a number"),
        pytest.param(('"two"', '"2"'), ('"two"', '"zwei"'), ("known 2 text", "2", "zwei"), id="an entry’s text"),
        pytest.param(('"two"', '"2"'), (TWO, ""), ("known 2", 'text = "2"\nsource = "s"', ""), id="one took it out"),
    ],
)
def test_of_a_key_that_both_changed_theirs_stands_until_mine_is_chosen(
    mine: tuple[str, str], theirs: tuple[str, str], clash: tuple[str, str, str]
) -> None:
    own = _with(mine, ("'K'", "'mine'"))
    found = merged(NIGHT, own, _with(theirs))
    (one,) = found.clashes
    assert (one.key, one.mine, one.theirs) == clash
    assert found.text == _with(theirs, ("'K'", "'mine'"))
    assert tomllib.loads(merged(NIGHT, own, _with(theirs), own={one.key}).text) == tomllib.loads(own)


@pytest.mark.parametrize("slug", FILES)
def test_what_only_one_of_two_changed_is_theirs_byte_for_byte(slug: str) -> None:
    toml = FILES[slug]
    changed = with_value(with_entry(toml, "known", {"text": "One more."}), ("title",), "Another")
    assert merged(toml, toml, changed).text == merged(toml, changed, toml).text == changed
