"""What the app itself never says: words that claim a cause or a count, and a percentage of nothing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

#: An index of searches counts nobody, and nothing is said to make another thing happen: never, in any sentence. What
#: the cause was may be contested, and a heading may name rival causes: the noun is nobody's claim.
BANNED = re.compile(
    r"\b(impact\w*|trigger\w*|caus(?:ed|ing)|causes? (?=(?:an?|the|its|their|this|that|more|fewer|another|any|"
    r"search\w*|site\w*|traffic|trouble|outages?|failures?|errors?)\b)|"
    r"number of (searches|searchers|people who searched)|"
    r"(people|users|voters|Americans|Britons) (had )?(searched|googled)|search volume|searches per)\b",
    re.IGNORECASE,
)
#: An order in time is no reason. A refusal may give one: see `banned`.
REASONS = re.compile(
    r"\b(because|due to|owing to|thanks to|as an? (?:direct )?(?:result|consequence) of|result(?:ed|ing) (?:in|from)|"
    r"led to|lead(?:s|ing)? to|prompt(?:ed|s|ing)|drove|driv(?:es|ing|en by)|spark(?:s|ed|ing)|fuel(?:s|l?ed|l?ing)|"
    r"brought (?:about|down|on)|sen[dt]s? \w+ (?:soaring|searching|down))\b",
    re.IGNORECASE,
)
#: What a night is made of, as a sentence tells it.
_HAPPENED = re.compile(
    r"\b(rose|risen|fell|fallen|failed|crashed|went down|climbed|doubled|jumped|surged|spiked|searched|googled)\b",
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


def offences_in_source(text: str, *, reports: bool = False) -> list[str]:
    """As `offences`; a fragment or markup is no sentence yet, and is judged by the prose that is made with it."""
    own = own_words(text)
    whole = len(_WORD.findall(own)) >= _LEAST_WORDS and "<" not in text
    return [*banned(own, reports=reports), *(_bare(own) if whole else ())]


def offences(text: str, held: Iterable[str] = ()) -> list[str]:
    """What of the text the app may not say of itself; a percentage wants its base in its own sentence."""
    own = own_words(text, held)
    return [*banned(own), *_bare(own)]


def _bare(own: str) -> list[str]:
    return [f"no base: {sentence.strip()[:120]}" for sentence in baseless(own)]


def banned(text: str, *, reports: bool = False) -> list[str]:
    """The words that are never said, and reasons; what `reports` on files may say why one cannot be used.

    So its sentences may give a reason, unless they tell what happened on a night.
    """
    sentences = [one for one in _SENTENCE.split(text) if _HAPPENED.search(one)] if reports else [text]
    found = [*BANNED.finditer(text), *(reason for one in sentences for reason in REASONS.finditer(one))]
    return [f"says {match[0]!r}" for match in found]


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


#: A comment, or a string of a script: the first to begin is read to its end.
_SCRIPT = re.compile(
    r"""//[^\n]*|/\*.*?\*/|(?<![\w)\]])/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[*])+/|"""
    r"""(?P<said>'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`)""",
    re.DOTALL,
)
_GIVEN = re.compile(r"\$\{[^{}]*\}")


def script_strings(source: str) -> Iterator[tuple[int, str]]:
    """Every string of a script with its line, with 0 for what a template is given; no comment and no pattern."""
    for match in _SCRIPT.finditer(source):
        if said := match["said"]:
            yield source.count("\n", 0, match.start()) + 1, _GIVEN.sub("0", said[1:-1])


def _part(part: ast.expr) -> str:
    if isinstance(part, ast.Constant):
        return str(part.value)
    given = isinstance(part, ast.FormattedValue) and part.format_spec
    return "0%" if given and "%" in ast.unparse(given) else "0"
