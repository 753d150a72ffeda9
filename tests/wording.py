"""What the app itself never says: words that claim a cause or a count, and a percentage of nothing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

#: An order in time is no reason, and an index of searches counts nobody.
BANNED = re.compile(
    r"\b(impact\w*|caused|causing|triggered|triggering|(crashed|failed|fell|went down) (because|due to)|"
    r"number of (searches|searchers|people who searched)|"
    r"(people|users|voters|Americans|Britons) (had )?(searched|googled)|search volume|searches per)\b",
    re.IGNORECASE,
)
#: What somebody said, which is theirs.
_QUOTED = re.compile(r"“[^“”]*”")
_SENTENCE = re.compile(r"(?<=[.!?;])(?<!\b[ap]\.m\.)(?<!\bU\.S\.)(?<!\bU\.K\.)(?<!\bNov\.)\s+|\n+|(?<=\.[”)]) ")
_PERCENT = re.compile(r"\d\s?(?:%|per ?cent\b)", re.IGNORECASE)
#: A share "of" something says of what right behind its figure; a change names what it is measured against.
#: How sure an interval is: a share of all such intervals, the same everywhere.
_LEVEL = re.compile(r"\b95 ?% interval|interval of 95 ?%")
_WORD, _LEAST_WORDS = re.compile(r"[A-Za-z]{2,}"), 5
_OF = re.compile(r"\d\s?(?:%|per ?cent) of\b|\bof (?:those|all|its|their)\b", re.IGNORECASE)
_AGAINST = re.compile(
    r"\b(against|compared (?:with|to)|than|beyond|versus|relative to|usual|in the [\w ]*before|from the [\w ]*before|"
    r"(?:above|below) the [\w ]*before|(?:a|an|one) (?:hour|day|week|month|year) (?:earlier|before)|"
    # A window that a change is counted over is one; the window after an event alone is not.
    r"(?:in|over|within) (?:the )?(?:past |last )?(?:an?|one|\d+|[a-z]+) (?:minute|hour|day|week)s?(?! after))\b",
    re.IGNORECASE,
)


def own_words(text: str, held: Iterable[str] = ()) -> str:
    """The text without quotations and without the cells of sourced rows that it repeats, each left as a gap.

    The longest cell goes first: a shorter one inside of it would leave the rest of it behind as our own words."""
    for cell in sorted(held, key=lambda cell: (-len(cell), cell)):
        if cell in text:
            text = text.replace(cell, " … ")
    return _QUOTED.sub(" … ", text)


def offences_in_source(text: str) -> list[str]:
    """As `offences`; a fragment or markup is no sentence yet, and is judged by the prose that is made with it."""
    whole = len(_WORD.findall(own_words(text))) >= _LEAST_WORDS and "<" not in text
    return offences(text) if whole else banned(own_words(text))


def offences(text: str, held: Iterable[str] = ()) -> list[str]:
    """What of the text the app may not say of itself; a percentage wants its base in its own sentence."""
    own = own_words(text, held)
    return [*banned(own), *(f"no base: {sentence.strip()[:120]}" for sentence in baseless(own))]


def banned(text: str) -> list[str]:
    return [f"says {found[0]!r}" for found in BANNED.finditer(text)]


def baseless(text: str) -> list[str]:
    """The sentences that hold a percentage and not what it is a percentage of, or is measured against."""
    return [
        sentence
        for sentence in _SENTENCE.split(_LEVEL.sub("interval", text))
        if _PERCENT.search(sentence) and not (_OF.search(sentence) or _AGAINST.search(sentence))
    ]


def written_strings(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every string of a module that is no docstring; an f-string is one string, with 0 for what it is given."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    skipped = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr) and id(node) not in skipped:
            skipped |= {id(part) for part in ast.walk(node)} - {id(node)}
            yield node.lineno, "".join(map(_part, node.values))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
            yield node.lineno, node.value


def _part(part: ast.expr) -> str:
    if isinstance(part, ast.Constant):
        return str(part.value)
    given = isinstance(part, ast.FormattedValue) and part.format_spec
    return "0%" if given and "%" in ast.unparse(given) else "0"
