from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from components.embeds.bundles.publishing import store_of
from data.core.program import utc_now
from data.story.new_story import new_story
from data.story.store import BUNDLED, FolderStore
from tests.support.bundles import STORY, published
from tests.support.forked import Forked
from tests.support.terminal import SCRIPT, typed

Said = pytest.CaptureFixture[str]


def lines(capsys: Said) -> list[str]:
    return capsys.readouterr().out.splitlines()


@pytest.mark.slow
def test_a_story_is_published_once_verified_and_not_written_again(tmp_path: Path, capsys: Said) -> None:
    out = tmp_path / "out"
    assert typed("publish", "revoke-2019", "--to", str(out), "--view", "chart=outages&clock=UTC") == 0
    said, latest, version, frozen = lines(capsys)
    assert said.endswith("published; latest now points to it.")
    assert latest == f"{out}/revoke-2019/latest/"
    assert Path(frozen).is_file() and frozen.startswith(f"{version}outages-")
    manifest = json.loads((out / "revoke-2019" / "latest" / "manifest.json").read_bytes())
    assert manifest["version"] == Path(version).name
    assert manifest["inputs"]["views"][0].startswith("caller=&chart=outages&clock=UTC&from=2019-03-20T18:00Z")
    assert {path.name for path in Path(version).iterdir()} == {*manifest["files"], "manifest.json"}
    assert "/revoke-2019/latest/timeline.html" in (out / "_headers").read_text().splitlines()
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*")}

    assert typed("verify", str(out)) == 0
    assert lines(capsys) == [f"{out}: no faults in 1 version"]

    assert typed("publish", "revoke-2019", "--to", str(out), "--view", "chart=outages&clock=UTC") == 0
    assert lines(capsys)[0].endswith("nothing has changed, so nothing was written; latest already points to it.")
    after = {path: path.stat().st_mtime_ns for path in out.rglob("*")}
    assert {path for path in after if path != out and after[path] != before.get(path)} == set()


def test_a_fault_found_by_verification_is_an_exit_code(tmp_path: Path, capsys: Said) -> None:
    version = published(store_of(str(tmp_path)), "first").version
    (tmp_path / STORY.slug / "v" / version / "timeline.csv").unlink()
    assert typed("verify", str(tmp_path)) == 1
    said = capsys.readouterr().err.splitlines()
    assert f"{tmp_path}/us-2016/v/{version}/timeline.csv is missing." in said
    assert said[-1].startswith(f"{tmp_path}: ")


def test_a_version_without_a_manifest_is_an_exit_code_where_versions_appear_whole(tmp_path: Path, capsys: Said) -> None:
    published(store_of(str(tmp_path)), "first")
    (tmp_path / STORY.slug / "v" / "20261108T035000Z-000000000000").mkdir()
    assert typed("verify", str(tmp_path)) == 1
    assert "000000000000 has no manifest.json: its publisher was stopped" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        pytest.param(["nope", "--to", "{out}"], "there is no story 'nope'", id="no such story"),
        pytest.param(["us-2016", "--to", "/sys/nightdesk"], "/sys/nightdesk could not be", id="permission denied"),
        pytest.param(["us-2016", "--to", "gs://news"], "'gs://news' is not a place to publish to", id="no such place"),
        pytest.param(["us-2016", "--to", "{out}", "--view", "chart=pie"], "There is no chart “pie”", id="view"),
        pytest.param(["us-2016", "--to", "{out}", "--site", "ftp://x"], "--site must be an address", id="site"),
        pytest.param(["faulty", "--to", "{out}"], "story.toml", id="a story with a fault"),
    ],
)
def test_what_cannot_be_published_is_one_sentence_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Said, arguments: list[str], sentence: str
) -> None:
    shutil.copytree(BUNDLED / "us-2016", tmp_path / "stories" / "faulty")
    (tmp_path / "stories" / "faulty" / "story.toml").write_text("title = 1\n")
    monkeypatch.setenv("NIGHTDESK_STORIES", str(tmp_path / "stories"))
    out = tmp_path / "out"
    assert typed("publish", *(argument.format(out=out) for argument in arguments)) == 1
    said = capsys.readouterr().err
    assert sentence in said and said.count("\n") == 1 and "Traceback" not in said
    assert not out.exists()


@contextmanager
def looked_at(target: Path) -> Iterator[http.client.HTTPConnection]:
    """A connection to `serve` of this target, on a free port."""
    with tempfile.NamedTemporaryFile("r") as said:
        server = Forked([str(SCRIPT), "serve", str(target), "--port", "0"], os.environ, said.name)
        try:
            while not (address := re.search(r"http://127\.0\.0\.1:(\d+)/", Path(said.name).read_text())):
                assert server.poll() is None, Path(said.name).read_text()
                time.sleep(0.02)
            yield http.client.HTTPConnection("127.0.0.1", int(address[1]), timeout=20)
        finally:
            server.terminate()
            server.wait(20)


@pytest.mark.slow
def test_a_bundle_is_served_with_its_own_headers_and_nothing_beside_it(tmp_path: Path) -> None:
    out = tmp_path / "out"
    version = published(store_of(str(out)), "first").version
    (tmp_path / "secret.html").write_text("secret")
    (out / STORY.slug / "v" / version / ".hidden").write_text("secret")
    with looked_at(out) as connection:

        def get(path: str, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
            connection.request(method, path)
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()

        status, headers, body = get(f"/us-2016/v/{version}/timeline.html")
        assert (status, body) == (200, b"<title>first</title>")
        assert headers["content-type"] == "text/html; charset=utf-8"
        assert headers["content-security-policy"] == "default-src 'none'"
        assert headers["cache-control"] == "public, max-age=31536000, immutable"
        assert get("/us-2016/latest/timeline.csv")[1]["cache-control"].startswith("public, max-age=60,")
        assert get("/us-2016/latest/timeline.html", "HEAD")[2] == b""
        assert b'href="us-2016/latest/timeline.html"' in get("/")[2]
        for path in (
            "/../secret.html",
            "/us-2016/latest/../../../secret.html",
            "/us-2016/latest/%2e%2e/%2e%2e/%2e%2e/secret.html",
            "/us-2016/latest/..%2f..%2f..%2fsecret.html",
            "/us-2016/latest/%252e%252e%252fsecret.html",
            f"/us-2016/v/{version}/.hidden",
            f"/{tmp_path}/secret.html",
            "//etc/passwd",
            "/us-2016/latest/",
            "/us-2016/latest/nope.html",
            "/us-2016/latest/timeline.html%00",
            "/_headers",
        ):
            status, _, body = get(path)
            assert (path, status, b"secret" in body) == (path, 404, False)


@pytest.mark.slow
def test_a_folder_that_holds_nothing_is_not_served(tmp_path: Path, capsys: Said) -> None:
    assert typed("serve", str(tmp_path / "nowhere")) == 1
    said = "holds no published story; nightdesk publish puts one there\n"
    assert capsys.readouterr().err == f"{tmp_path / 'nowhere'} {said}"


def test_a_story_that_is_not_written_yet_is_not_published(
    tmp_path: Path, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NIGHTDESK_STORIES", str(tmp_path / "stories"))
    FolderStore((tmp_path / "stories",)).write("new-night", new_story("new-night", utc_now()))
    assert typed("publish", "new-night", "--to", str(tmp_path / "out")) == 1
    assert "new-night is not written yet: story.toml, key title: found FILL IN: the story in" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_port_that_is_taken_is_one_sentence(tmp_path: Path, capsys: Said) -> None:
    published(store_of(str(tmp_path)), "first")
    with looked_at(tmp_path) as connection:
        assert typed("serve", str(tmp_path), "--port", str(connection.port)) == 1
    assert capsys.readouterr().err.count("\n") == 1
