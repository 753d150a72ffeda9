"""What may import what, as pyproject.toml says it: the contracts hold, each one bites, and no folder is left out."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.support.cases import first

ROOT = Path(__file__).resolve().parents[1]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
#: Folders with code that is no part of the product, and may import all of it.
BESIDE = {"bench", "docs", "fuzz", "tests"}


def lint(folder: Path) -> tuple[int, set[str], str]:
    """What `make lint` runs: its exit status, the contracts it calls broken, and all it says."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"]
    run = subprocess.run(
        command, cwd=folder, env={"COLUMNS": "400"}, capture_output=True, text=True, check=False, timeout=120
    )
    broken = {name for line in run.stdout.splitlines() for name, found, _ in [line.partition(" BROKEN")] if found}
    return run.returncode, broken, run.stdout + run.stderr


def test_every_import_goes_down_and_none_in_a_circle() -> None:
    status, broken, said = lint(ROOT)
    assert (status, broken) == (0, set()), said


def test_no_folder_of_the_product_is_left_out() -> None:
    folders = {path.name for path in ROOT.iterdir() if path.is_dir() and any(path.glob("*.py"))}
    assert folders - BESIDE == set(CONTRACTS["root_packages"])


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the product's code and contracts, which a test may spoil."""
    folder = tmp_path_factory.mktemp("house")
    for room in CONTRACTS["root_packages"]:
        shutil.copytree(ROOT / room, folder / room, ignore=shutil.ignore_patterns("__pycache__", "stories"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "line", "contract"),
    first(
        5,
        [
            pytest.param(
                "data/core/model.py", "import components.clock", "Pages show components", id="data knows a view"
            ),
            pytest.param(
                "components/clock.py", "import pages.story", "Pages show components", id="a component, a page"
            ),
            pytest.param(
                "data/story/faults.py",
                "def f():\n    import data.net.client",
                "The rooms of data",
                id="inside a function",
            ),
            pytest.param("data/analysis/spikes.py", "import data.story.story", "The rooms of data", id="side by side"),
            pytest.param(
                "components/charts/rows.py", "import components.render.table", "The rooms of comp", id="upwards"
            ),
            pytest.param("components/attic/__init__.py", "", "The rooms of components", id="a room that nobody listed"),
            pytest.param(
                "components/charts/events.py",
                "def f():\n    import components.charts.catalogue",
                "No circles",
                id="a circle",
            ),
            pytest.param("pages/story.py", "import pages.timeline", "No page knows another", id="two pages"),
            pytest.param("components/text.py", "import app", "Only the process itself", id="the process"),
            pytest.param(
                "data/core/errors.py", "import streamlit", "Evidence, charts and rend", id="Streamlit in data"
            ),
            pytest.param("components/render/table.py", "import starlette.responses", "Evidence, charts", id="a server"),
            pytest.param(
                "components/workbench/shell.py", "import plotly.express", "Only components/render", id="Plotly"
            ),
            pytest.param("data/story/story.py", "from zoneinfo import ZoneInfo", "Only components/clock", id="a zone"),
        ],
    ),
)
def test_the_contract_bites(house: Path, path: str, line: str, contract: str) -> None:
    module = house / path
    before = module.read_text(encoding="utf-8") if module.exists() else None
    module.parent.mkdir(exist_ok=True)
    module.write_text(f"{before or ''}\n{line}\n", encoding="utf-8")
    try:
        status, broken, said = lint(house)
    finally:
        if before is None:
            shutil.rmtree(module.parent)
        else:
            module.write_text(before, encoding="utf-8")
    assert status == 1 and any(name.startswith(contract) for name in broken), said


@pytest.mark.slow
def test_the_copy_itself_breaks_nothing(house: Path) -> None:
    assert lint(house)[:2] == (0, set())
