"""The `nightdesk` command as it is installed: every command answers, and what is typed wrongly gets one sentence."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from components.cli import bundles
from components.cli.command import nightdesk
from components.cli.exits import DONE, FAILED, MISTYPED, STOPPED, run
from components.embeds.bundles.publishing import store_of
from components.server import static_files
from components.server.static_files import CompressedFiles
from data.core.model import Order
from data.story.tables import TABLES
from tests.support.bundles import published
from tests.support.cases import first
from tests.support.terminal import COMMANDS, SCRIPT, script, typed

ROOT = Path(__file__).resolve().parents[3]
RECORDINGS = ROOT / "tests" / "recordings" / "trends_csv"
Said = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person without settings, in an empty home."""
    for name in [name for name in os.environ if name.startswith("NIGHTDESK_")]:
        monkeypatch.delenv(name)
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.chdir(folder)
    return folder


def one_sentence(error: str) -> str:
    """What standard error holds, which is a single line and no traceback."""
    assert error.count("\n") == 1 and error.strip() and "Traceback" not in error
    return error.strip()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("argv", "says"),
    first(
        3,
        [
            pytest.param(["--help"], "rehearse", id="help"),
            pytest.param(["check", "us-2016"], "us-2016: no faults in 12 files", id="check"),
            pytest.param(["results", "us-2016", "--at", "2016-11-08T22:43:00-05:00"], '"R": [168, 168]', id="results"),
            pytest.param(["trends", RECORDINGS / "fr_weekly.csv"], '"geo": "France"', id="trends"),
            pytest.param(["spikes", RECORDINGS / "fr_weekly.csv"], '{"step": 604800.0', id="spikes"),
            pytest.param(["new", "first-calls", "--to", "stories"], "Fill in next:", id="new"),
            pytest.param(
                ["refresh", "us-2016", "--source", "statuspage"], "nothing in this story's lists", id="refresh"
            ),
            pytest.param(
                ["rehearse", "us-2024", "--to", "stories", "--speed", "36000", "--until", "2024-11-05T20:00:00-05:00"],
                "The rehearsal is over",
                id="rehearse",
            ),
        ],
    ),
)
def test_the_installed_script_answers_from_any_folder(argv: list[str | Path], says: str, home: Path) -> None:
    done = script(*argv, home=home)
    assert (done.returncode, says in done.stdout) == (DONE, True), done.stderr


@pytest.mark.slow
def test_the_installed_script_verifies_what_was_published(home: Path) -> None:
    published(store_of(str(home / "out")), "first")
    done = script("verify", "out", home=home)
    assert (done.returncode, done.stdout, done.stderr) == (DONE, "out: no faults in 1 version\n", "")


@pytest.mark.parametrize(
    ("argv", "code", "says"),
    [
        pytest.param(["chek"], MISTYPED, "Did you mean 'check'?", id="command"),
        pytest.param(["frobnicate"], MISTYPED, "see nightdesk --help", id="no command like it"),
        pytest.param(["results", "us-2016", "--att", "x"], MISTYPED, "Did you mean '--at'?", id="option"),
        pytest.param(["results"], MISTYPED, "Missing argument 'STORY'; see nightdesk results --help", id="no story"),
        pytest.param(["results", "us-216", "--at", "2016-11-09T00:00Z"], FAILED, "did you mean us-2016?", id="story"),
        pytest.param(["check", "us-216"], FAILED, "did you mean us-2016?", id="story to check"),
        pytest.param(["publish", "us-206", "--to", "out"], FAILED, "did you mean us-2016?", id="story to publish"),
        pytest.param(["dumps", "us_2016", "a.gz"], FAILED, "did you mean us-2016?", id="story of dumps"),
        pytest.param(["refresh", "us-2016", "--source", "waybck"], MISTYPED, "did you mean wayback?", id="source"),
        pytest.param(["refresh", "us-2016", "--source", ""], MISTYPED, "is not one of: trends", id="empty source"),
        pytest.param(["refresh", "us-2016", "--resolution", "days"], MISTYPED, "did you mean day?", id="resolution"),
        pytest.param(["rehearse", "us-2016", "--order", "know"], MISTYPED, "'known', 'happened'", id="order"),
        pytest.param(["rehearse", "us-2016", "--until", "0001-01-01T00:00+05:00"], MISTYPED, "a time", id="no instant"),
        pytest.param(
            ["rehearse", "us-2016", "--to", "~nobody-here"],
            FAILED,
            "names a home folder that does not exist",
            id="no such home",
        ),
        pytest.param(["serve", "out", "--port", "70000"], MISTYPED, "0<=x<=65535", id="port"),
        pytest.param(
            ["check", "nowhere"], FAILED, "is not a folder that can be read (No such file or directory)", id="no folder"
        ),
        pytest.param(["trends", "none.csv"], FAILED, "No such file or directory", id="no export"),
        pytest.param(["spikes", "none.csv"], FAILED, "none.csv: cannot be read: No such file", id="no series"),
        pytest.param(["dumps", "us-2016", "none.gz"], FAILED, "none.gz", id="no dump"),
        pytest.param(["verify", "nowhere"], FAILED, "nowhere", id="no target"),
        pytest.param(["new", "First Calls", "--to", "x"], FAILED, "lower-case letters, digits", id="no name"),
        pytest.param(["new", "first-calls"], FAILED, "name one with --to, or set NIGHTDESK_STORIES", id="nowhere"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_that_says_what_can(
    argv: list[str], code: int, says: str, capsys: Said
) -> None:
    assert typed(*argv) == code
    out, error = capsys.readouterr()
    assert says in error and "Traceback" not in error and out == ""


@pytest.mark.slow
def test_a_word_that_is_no_text_is_one_sentence_too(home: Path) -> None:
    done = subprocess.run([SCRIPT, b"check", b"\xff"], cwd=home, capture_output=True, text=True, check=False)
    assert done.returncode == FAILED and "is not a folder that can be read" in one_sentence(done.stderr)


#: Nothing of these is a story or a bundle, so that nothing is asked, played or served.
WORDS = st.one_of(
    st.sampled_from(
        ["--help", "--to", "--at", "--term", "--speed", "--source", "--view", "--from", "--", "-", "x", "."]
    ),
    st.text(st.characters(exclude_characters="/\x00", exclude_categories=["Cs"]), max_size=20),
)


@given(
    st.sampled_from(sorted({*COMMANDS, "chek", ""} - {"compress", "serve"})), st.lists(WORDS, min_size=1, max_size=5)
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_any_words_are_an_answer_or_one_sentence(capsys: Said, command: str, words: list[str]) -> None:
    code = typed(*(command.split() or [""]), *words)
    out, error = capsys.readouterr()
    assert code in (DONE, FAILED, MISTYPED)
    assert "Traceback" not in error and "bug in Nightdesk" not in error
    assert bool(out) == (code == DONE) or command in ("check", "verify", "desk publish-due")
    assert (error != "") == (code != DONE)


@pytest.mark.slow
@pytest.mark.parametrize(
    "argv", [["--help"], *([*command.split(), "--help"] for command in sorted(COMMANDS))], ids=" ".join
)
def test_help_loads_nothing_that_counts_draws_or_asks(argv: list[str]) -> None:
    code = (
        "import sys\nfrom components.cli import main\n"
        f"sys.argv = {['nightdesk', *argv]!r}\nassert main() == 0\n"
        "print(*sorted({'pandas', 'numpy', 'streamlit', 'plotly', 'requests', 'pydantic'} & set(sys.modules)))"
    )
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert said.splitlines()[-1] == ""


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_help_has_one_example_that_can_be_typed(command: str, capsys: Said) -> None:
    names = command.split()
    assert typed(*names, "--help") == DONE
    (example,) = re.findall(
        r"^Example:(.*?)\Z", " ".join(capsys.readouterr().out.split("\n\n")[-1:]).strip(), re.DOTALL
    )
    words = [word for word in shlex.split(example) if not word.startswith("NIGHTDESK_")]
    assert words[: 1 + len(names)] == ["nightdesk", *names]
    COMMANDS[command].make_context(command, words[1 + len(names) :])


def test_bare_it_shows_its_help(capsys: Said) -> None:
    assert typed() == DONE
    assert "Exit codes: 0 done, 1 failed" in capsys.readouterr().out


def test_defaults_and_choices_in_the_help_are_those_of_what_they_ask() -> None:
    options = {option.name: option for option in nightdesk.commands["rehearse"].params}
    assert isinstance(options["order"].type, click.Choice)
    assert list(options["order"].type.choices) == sorted((order.value for order in Order), reverse=True)


@pytest.mark.parametrize(
    ("raised", "code", "sentence"),
    [
        pytest.param(PermissionError(13, "Permission denied", "/x"), FAILED, "/x: Permission denied", id="system"),
        pytest.param(OSError("the disk\nis full"), FAILED, "the disk is full", id="in words"),
        pytest.param(UnicodeDecodeError("utf-8", b"\xff", 0, 1, "no"), FAILED, "'utf-8' codec can't", id="no text"),
        pytest.param(KeyboardInterrupt(), STOPPED, "Stopped.", id="ctrl-c"),
        pytest.param(KeyboardInterrupt("All is whole."), STOPPED, "Stopped. All is whole.", id="ctrl-c, with more"),
        pytest.param(ZeroDivisionError("by 0"), FAILED, "This is a bug in Nightdesk, not in what you", id="bug"),
    ],
)
def test_whatever_goes_wrong_is_one_sentence(raised: BaseException, code: int, sentence: str, capsys: Said) -> None:
    @click.command()
    @click.argument("word")
    def failing(word: str) -> int:
        raise raised

    assert run(failing, ["x"]) == code
    assert one_sentence(capsys.readouterr().err).startswith(sentence)


def test_a_stopped_publisher_says_that_latest_is_whole(monkeypatch: pytest.MonkeyPatch, capsys: Said) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(bundles, "publish", stopped)
    assert typed("publish", "us-2024", "--to", "out") == STOPPED
    said = "Stopped. What latest shows is complete; the same command picks up from there."
    assert capsys.readouterr().err.splitlines()[-1] == said


def test_compress_writes_where_the_app_will_look(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: Said) -> None:
    (home / "static").mkdir()
    (home / "static" / "app.js").write_text("let a = 1;\n" * 1_000, encoding="utf-8")
    (home / "full").touch()
    for place, code in (("cache", DONE), ("full", FAILED)):
        files = CompressedFiles(home / "static", home / place)
        monkeypatch.setattr(static_files, "streamlit_files", lambda _, files=files: files)
        assert typed("compress") == code
    assert CompressedFiles(home / "static", home / "cache").take_up()
    assert "full" in one_sentence(capsys.readouterr().err)


@pytest.mark.slow
def test_nothing_is_said_where_nobody_reads(home: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([SCRIPT, "check", "us-2016"], cwd=home, stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (FAILED, b"")


def test_a_copy_without_its_folder_is_refused_in_a_sentence(tmp_path: Path) -> None:
    """As `pip install .` leaves it: the player's package with the command in it, and no data, pages or stories."""
    shutil.copytree(ROOT / "components" / "cli", tmp_path / "nightdesk" / "cli")
    (tmp_path / "nightdesk" / "__init__.py").touch()
    code = "import sys\nfrom nightdesk.cli import main\nsys.exit(main())"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == FAILED
    assert one_sentence(done.stderr).endswith("install it from there, with pip install -e .")


def test_a_story_that_nobody_calls_has_nothing_to_count(capsys: Said) -> None:
    assert typed("results", "revoke-2019", "--at", "2019-03-21T22:43:00Z") == FAILED
    said = "revoke-2019 names nobody who calls contests, so there are no calls to count\n"
    assert capsys.readouterr().err == said


def test_a_new_story_is_accepted_and_says_what_to_fill_in(home: Path, capsys: Said) -> None:
    assert typed("new", "first-calls", "--to", home / "stories") == DONE
    folder, said = home / "stories" / "first-calls", capsys.readouterr().out
    assert {path.name for path in folder.iterdir()} == set(re.findall(r"^  (\w+\.\w+):", said, re.MULTILINE))
    assert "story.toml: every FILL IN" in said and "FILL IN" in (folder / "story.toml").read_text(encoding="utf-8")
    assert f"nightdesk check {folder}" in said and f"NIGHTDESK_STORIES={folder.parent}" in said
    assert typed("check", folder) == DONE
    unwritten, checked = capsys.readouterr().out.splitlines()
    assert unwritten.startswith("story.toml: not written yet, and wanted before it is published: title, kicker, dek, ")
    assert checked == "first-calls: no faults in 8 files, 0 rows"


def test_a_new_story_tells_every_table_that_a_story_may_have(home: Path) -> None:
    typed("new", "first-calls", "--to", home / "stories")
    words = (home / "stories" / "first-calls" / "story.toml").read_text(encoding="utf-8")
    for row_type in TABLES:
        told = re.search(rf"^# {re.escape(row_type.file)}: .+\n#     (.+)$", words, re.MULTILINE)
        assert told, row_type.file
        wanted = [f"{name}*" if field.is_required() else name for name, field in row_type.model_fields.items()]
        assert told[1].split(", ") == wanted


@pytest.mark.parametrize("there", ["folder", "file", "link", "bundled"])
def test_a_new_story_writes_over_nothing(there: str, home: Path, capsys: Said) -> None:
    place = home / "stories" / "first-calls"
    place.parent.mkdir()
    if there == "folder":
        place.mkdir()
    elif there == "file":
        place.write_text("mine", encoding="utf-8")
    elif there == "link":
        place.symlink_to(home / "nowhere")
    before = sorted(home.rglob("*"))
    name = "us-2016" if there == "bundled" else "first-calls"
    assert typed("new", name, "--to", home / "stories") == FAILED
    assert "already exists and was left alone" in one_sentence(capsys.readouterr().err)
    assert sorted(home.rglob("*")) == before


def test_spikes_of_an_export_are_those_of_the_same_numbers_in_a_table(home: Path, capsys: Said) -> None:
    values = [5, 6, 5, 6] * 15 + [90, 95, 6, 5]
    rows = [(f"2016-11-{5 + hour // 24:02}T{hour % 24:02}", value) for hour, value in enumerate(values)]
    lines = [
        "Category: All categories",
        "",
        "Time,storm: (United States)",
        *(f"{time},{value}" for time, value in rows),
    ]
    (home / "export.csv").write_text("\n".join(lines), encoding="utf-8")
    table = ["timestamp,value", *(f"{time}:00:00-06:00,{value}" for time, value in rows)]
    (home / "table.csv").write_text("\n".join(table), encoding="utf-8")
    assert typed("spikes", "table.csv") == DONE
    told = json.loads(capsys.readouterr().out)
    assert told["onsets"] and told["step"] == 3600.0
    assert typed("spikes", "export.csv", "--zone", "America/Mexico_City") == DONE
    assert json.loads(capsys.readouterr().out) == told


@pytest.mark.parametrize(
    ("name", "more", "says"),
    [
        pytest.param("en_hourly", [], "name the zone with --zone, like --zone America/New_York", id="whose clock"),
        pytest.param("en_hourly", ["--zone", "America/New_Yrk"], "did you mean America/New_York?", id="no zone"),
        pytest.param("en_weekly_two_terms", [], "it holds 2 terms; choose one with --term: test, rec", id="which term"),
        pytest.param("fr_weekly", ["--term", "essay"], "did you mean essai?", id="no such term"),
        pytest.param("es_regions", [], "only a series over time can rise", id="a list of regions"),
    ],
)
def test_an_export_that_leaves_something_open_is_asked_about(
    name: str, more: list[str], says: str, capsys: Said
) -> None:
    assert typed("spikes", RECORDINGS / f"{name}.csv", *more) in (FAILED, MISTYPED)
    assert says in one_sentence(capsys.readouterr().err)


def test_an_export_without_a_search_term_has_one_series_all_the_same(home: Path, capsys: Said) -> None:
    Path("category.csv").write_text("Category: News\n\nMonth,Geo: Ohio\n2016-10,17\n2016-11,100\n", encoding="utf-8")
    assert typed("spikes", "category.csv") == DONE
    assert len(json.loads(capsys.readouterr().out)["scores"]) == 2


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param(
            '"Trends","Search volume","Explore link"\n"a x b","1M+","./explore?q=a"\n', "Trending now", id="list"
        ),
        pytest.param("Month,rain: (Ohio)\n2016-10,17\n2016-11,101\n2016-12,3\n", "has the value 101", id="a value"),
    ],
)
def test_an_export_that_cannot_be_read_says_why(home: Path, text: str, says: str, capsys: Said) -> None:
    Path("export.csv").write_text(text, encoding="utf-8")
    assert typed("spikes", "export.csv") == FAILED
    assert says in capsys.readouterr().err


def test_a_chosen_term_of_an_export_is_told(capsys: Said) -> None:
    assert typed("spikes", RECORDINGS / "en_weekly_two_terms.csv", "--term", "test, recording: one") == DONE
    assert json.loads(capsys.readouterr().out)["step"] == 604800.0
