"""The words of a story inside story.toml: what was changed is changed, and every other letter stays."""

from __future__ import annotations

import difflib
import tomllib

import pytest

from components.workbench.desk.words_text import LISTS, WORDS, value_at, with_entry, with_text, without_entry
from data.story.store import SHIPPED

FILES = {slug: SHIPPED.files(slug)["story.toml"].decode() for slug in SHIPPED.slugs()}


def _lines(before: str, after: str) -> list[str]:
    """The lines that are gone and those that came."""
    return [line for line in difflib.ndiff(before.splitlines(), after.splitlines()) if line[0] in "+-"]


@pytest.mark.parametrize("slug", FILES)
def test_each_word_of_each_story_can_be_changed_and_put_back(slug: str) -> None:
    toml = FILES[slug]
    raw = tomllib.loads(toml)
    places = [(key,) for key in WORDS if key in raw]
    places += [(key, place, "text") for key in LISTS for place in range(len(raw.get(key, [])))]  # type: ignore[misc]
    for where in places:
        changed = with_text(toml, where, 'A “new” text with "quotes", a \\ and\na second line')
        assert value_at(tomllib.loads(changed), where).startswith("A “new” text")
        assert len(_lines(toml, changed)) == 2
        back = with_text(changed, where, value_at(raw, where))
        assert tomllib.loads(back) == raw


def test_a_word_that_was_not_there_is_written_at_the_top() -> None:
    changed = with_text('# ours\ntitle = "A"\nkicker = "K"\n', ("short",), "S")
    assert changed == '# ours\nshort = "S"\ntitle = "A"\nkicker = "K"\n'


@pytest.mark.parametrize("slug", FILES)
def test_an_entry_comes_after_the_last_of_its_list_and_goes_again(slug: str) -> None:
    toml = FILES[slug]
    raw = tomllib.loads(toml)
    changed = with_entry(toml, "known", {"text": "One more.", "source": "s"})
    assert tomllib.loads(changed)["known"] == [*raw.get("known", []), {"text": "One more.", "source": "s"}]
    assert not [line for line in _lines(toml, changed) if line.startswith("-") and line[1:].strip()]
    assert tomllib.loads(without_entry(changed, "known", len(raw.get("known", [])))) == raw


def test_what_cannot_be_changed_safely_is_left_to_the_whole_file() -> None:
    with pytest.raises(ValueError, match="only the whole file"):
        with_text('known = [{ text = "a", source = "s" }, { text = "b", source = "s" }]\n', ("known", 1, "text"), "c")
