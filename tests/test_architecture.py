"""The house rules, walked with ast: what may import what, what has only one home; words are in test_words.py."""

from __future__ import annotations

import ast
import importlib.util
import re
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE_LINES = 60

Offence = tuple[int, str]
Rule = Callable[[PurePosixPath, ast.Module], Iterator[Offence]]

#: Where a name may be used, besides which it may be used nowhere.
HOMES = {
    "import plotly": {"components/render/plotly/figure.py", "app.py"},
    # data/core/model.py asks how long a calendar day is; it never shows a time.
    "import zoneinfo": {"components/clock.py", "data/core/model.py"},
    "st.query_params": {"components/view/view_state.py"},
    "st.cache_data": {"components/cache/cached.py"},
    "st.cache_resource": {"components/cache/cached.py"},
    "strftime": {"components/clock.py"},
}
#: What no module of a folder may import: the layers know only what lies beneath them.
NEVER = {
    "data": {"streamlit", "plotly", "starlette", "components", "pages", "app"},
    "components/charts": {"streamlit", "starlette", "pages", "app"},
    "components/render": {"streamlit", "starlette", "pages", "app"},
    "components": {"pages", "app"},
    "pages": {"app", "pages"},
}
UNNAMED = re.compile(r"utils?|helpers?|managers?|misc|common", re.IGNORECASE)


def modules() -> list[Path]:
    rooms = (
        ROOT / "app.py",
        *(path for room in ("components", "data", "pages") for path in (ROOT / room).rglob("*.py")),
    )
    return sorted(rooms)


def imported(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name.split(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.lineno, node.module.split(".")[0]


def layers_look_down(path: PurePosixPath, tree: ast.Module) -> Iterator[Offence]:
    banned = {name for folder, names in NEVER.items() if path.is_relative_to(folder) for name in names}
    yield from ((line, f"imports {name}") for line, name in imported(tree) if name in banned)


def each_thing_has_one_home(path: PurePosixPath, tree: ast.Module) -> Iterator[Offence]:
    used = [(line, f"import {name}") for line, name in imported(tree)]
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "st":
            used.append((node.lineno, f"st.{node.attr}"))
        if isinstance(node, ast.Attribute) and node.attr == "strftime":
            used.append((node.lineno, "strftime"))
        if isinstance(node, ast.FormattedValue) and node.format_spec and "%" in ast.unparse(node.format_spec):
            spec = ast.unparse(node.format_spec)
            used.extend([(node.lineno, "strftime")] if re.search(r"%[a-zA-Z]", spec) else [])
    yield from (
        (line, f"{name} at home elsewhere") for line, name in used if str(path) not in HOMES.get(name, {str(path)})
    )


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
    layers_look_down,
    each_thing_has_one_home,
    now_is_an_argument,
    modules_have_names,
    modules_say_what_unites_them,
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps_its_rule(rule: Rule) -> None:
    offences = []
    for module in modules():
        path = PurePosixPath(module.relative_to(ROOT).as_posix())
        tree = ast.parse(module.read_text(encoding="utf-8"))
        offences += [f"{path}:{line}: {what}" for line, what in rule(path, tree)]
    assert not offences, "\n".join(offences)


@pytest.mark.parametrize(
    ("rule", "path", "source"),
    [
        pytest.param(layers_look_down, "data/a.py", "import streamlit as st", id="data knows the workbench"),
        pytest.param(layers_look_down, "data/a.py", "from components.view import x", id="data knows components"),
        pytest.param(
            layers_look_down, "components/charts/a.py", "def f():\n import streamlit", id="a chart knows it too"
        ),
        pytest.param(layers_look_down, "components/a.py", "from pages import story", id="a component knows pages"),
        pytest.param(
            each_thing_has_one_home,
            "components/workbench/show_chart.py",
            "import plotly.express",
            id="plotly on a page",
        ),
        pytest.param(each_thing_has_one_home, "pages/a.py", "st.query_params['x']", id="an address read twice"),
        pytest.param(each_thing_has_one_home, "pages/a.py", "@st.cache_data\ndef f(): ...", id="a hidden cache"),
        pytest.param(each_thing_has_one_home, "data/a.py", "t.strftime('%H:%M')", id="a time formatted"),
        pytest.param(each_thing_has_one_home, "data/a.py", "f'{t:%H:%M}'", id="a time formatted in an f-string"),
        pytest.param(each_thing_has_one_home, "data/a.py", "from zoneinfo import ZoneInfo", id="a zone"),
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
        pytest.param(each_thing_has_one_home, "data/a.py", "f'{share:.0%}'", id="a percentage"),
        pytest.param(each_thing_has_one_home, "components/view/view_state.py", "st.query_params", id="at home"),
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
