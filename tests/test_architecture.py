"""House rules that no linter knows, walked with ast; imports are in test_layers.py, words in test_words.py."""

from __future__ import annotations

import ast
import importlib.util
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE_LINES = 60

Offence = tuple[int, str]
Rule = Callable[[PurePosixPath, ast.Module], Iterator[Offence]]

NOTHING = ast.Constant("")
UNNAMED = re.compile(r"utils?|helpers?|managers?|misc|common", re.IGNORECASE)


@cache
def modules() -> dict[PurePosixPath, ast.Module]:
    """Each module of the product, by its place."""
    rooms = (
        ROOT / "app.py",
        *(path for room in ("components", "data", "pages") for path in (ROOT / room).rglob("*.py")),
    )
    return {
        PurePosixPath(path.relative_to(ROOT).as_posix()): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(rooms)
    }


def only_a_clock_writes_times(path: PurePosixPath, tree: ast.Module) -> Iterator[Offence]:
    if path == PurePosixPath("components/clock.py"):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "strftime":
            yield node.lineno, "formats a time"
        if isinstance(node, ast.FormattedValue) and re.search(r"%[a-zA-Z]", ast.unparse(node.format_spec or NOTHING)):
            yield node.lineno, "formats a time"


def now_is_an_argument(path: PurePosixPath, tree: ast.Module) -> Iterator[Offence]:
    # The one clock, which everything else is handed.
    if path == PurePosixPath("data/core/program.py"):
        return
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in {"now", "utcnow", "today"}
        ):
            yield node.lineno, f"asks the clock: {ast.unparse(node.func)}()"


def modules_have_names(path: PurePosixPath, _: ast.Module) -> Iterator[Offence]:
    if UNNAMED.fullmatch(path.stem):
        yield 1, "says nothing about what is in it"


def modules_say_what_unites_them(path: PurePosixPath, tree: ast.Module) -> Iterator[Offence]:
    if tree.body and not ast.get_docstring(tree):
        yield 1, "has no docstring"


RULES: tuple[Rule, ...] = (
    only_a_clock_writes_times,
    now_is_an_argument,
    modules_have_names,
    modules_say_what_unites_them,
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps_its_rule(rule: Rule) -> None:
    offences = [f"{path}:{line}: {what}" for path, tree in modules().items() for line, what in rule(path, tree)]
    assert not offences, "\n".join(offences)


@pytest.mark.parametrize(
    ("rule", "path", "source"),
    [
        pytest.param(only_a_clock_writes_times, "data/a.py", "t.strftime('%H:%M')", id="a time formatted"),
        pytest.param(only_a_clock_writes_times, "data/a.py", "f'{t:%H:%M}'", id="a time formatted in an f-string"),
        pytest.param(now_is_an_argument, "data/a.py", "datetime.now(UTC)", id="now"),
        pytest.param(modules_have_names, "data/utils.py", "", id="utils"),
        pytest.param(modules_say_what_unites_them, "data/a.py", "x = 1", id="no docstring"),
    ],
)
def test_the_rule_bites(rule: Rule, path: str, source: str) -> None:
    assert list(rule(PurePosixPath(path), ast.parse(source)))


@pytest.mark.parametrize(
    ("rule", "path", "source"),
    [
        pytest.param(only_a_clock_writes_times, "data/a.py", "f'{share:.0%}'", id="a percentage"),
        pytest.param(only_a_clock_writes_times, "components/clock.py", "t.strftime('%H')", id="at home"),
    ],
)
def test_the_rule_lets_pass(rule: Rule, path: str, source: str) -> None:
    assert not list(rule(PurePosixPath(path), ast.parse(source)))


def test_a_page_fits_on_a_page() -> None:
    lengths = {page.name: len(page.read_text(encoding="utf-8").splitlines()) for page in (ROOT / "pages").glob("*.py")}
    long = [f"{name}: {lines} lines" for name, lines in sorted(lengths.items()) if lines > PAGE_LINES]
    assert not long, "\n".join(long)


def test_no_component_hides_an_installed_package() -> None:
    """Streamlit puts the shell's folder first on sys.path, so its modules win over any package of the same name."""
    names = {
        path.stem for path in (ROOT / "components" / "workbench").iterdir() if path.suffix == ".py" or path.is_dir()
    }
    hidden = [name for name in names - {"__init__", "__pycache__"} if importlib.util.find_spec(name)]
    assert hidden == []
