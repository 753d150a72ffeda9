from __future__ import annotations

import errno
import io
import json
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from components.embeds.bundles.bucket import Bucket
from components.embeds.bundles.publishing import store_of
from components.embeds.bundles.storage import Store, TargetRefused
from tests.support.bundles import NOW, STORY, faults, faults_of_latest, published, shown, small
from tests.support.cases import cases
from tests.support.forked import Forked
from tests.support.terminal import typed

ROOT = Path(__file__).resolve().parents[3]
LATER = NOW + timedelta(minutes=1)


def refusing_half_bodies(app: Any) -> Any:
    """S3 keeps no object whose body ended early; the server here would keep what a killed publisher had sent."""

    def answer(environ: dict[str, Any], start_response: Any) -> Any:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(length) if length else b""
        if len(body) < length:
            start_response("400 Bad Request", [("Content-Length", "0")])
            return [b""]
        return app(environ | ({"wsgi.input": io.BytesIO(body)} if length else {}), start_response)

    return answer


@pytest.fixture(scope="module")
def s3() -> Iterator[Any]:
    """A client of an S3 server on this machine, which the environment names to everything else."""
    # Here: they take half a second of every worker that only collects this file.
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    assert server._server
    server._server.app = refusing_half_bodies(server._server.app)
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        patch.setenv("AWS_ACCESS_KEY_ID", "newsroom")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        patch.setenv("NO_PROXY", "127.0.0.1")
        client = boto3.client("s3")
        client.create_bucket(Bucket="news")
        yield client
    server.stop()


@pytest.fixture(params=["folder", pytest.param("bucket", marks=pytest.mark.slow)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """An empty place to publish to, of either kind."""
    if request.param == "folder":
        return store_of(str(tmp_path / "out"))
    request.getfixturevalue("s3")
    return store_of(f"s3://news/{tmp_path.name}")


def again(store: Store) -> Store:
    """The same place, as another process sees it."""
    return store_of(store.name)


def test_a_version_stands_under_its_time_and_the_hash_of_its_inputs_and_latest_shows_it(store: Store) -> None:
    found = published(store, "first")
    assert found.version.startswith("20261108T035000Z-") and found.is_new and found.moved
    assert store.listed(STORY.slug) == ("latest", "v")
    assert store.listed(f"{STORY.slug}/latest") == ("headers.json", "manifest.json", "timeline.csv", "timeline.html")
    assert store.read(f"{STORY.slug}/latest/timeline.html") == b"<title>first</title>"
    assert store.read(f"{STORY.slug}/v/{found.version}/timeline.html") == b"<title>first</title>"
    assert faults(store) == []


def test_the_same_inputs_are_not_drawn_or_written_again(store: Store) -> None:
    first = published(store, "first")
    second = published(store, "first", now=LATER, files={"timeline.html": b"never asked for"})
    assert (second.version, second.is_new, second.moved) == (first.version, False, False)
    assert store.versions(STORY.slug) == (first.version,)


def test_a_former_edition_published_again_is_latest_again(store: Store) -> None:
    first = published(store, "first")
    published(store, "second", now=LATER)
    back = published(store, "first", now=LATER)
    assert (back.is_new, back.moved) == (False, True)
    assert shown(store).version == first.version and len(store.versions(STORY.slug)) == 2
    assert faults(store) == []


def test_a_damaged_version_is_published_anew_and_never_overwritten(tmp_path: Path) -> None:
    store = store_of(str(tmp_path))
    first = published(store, "first")
    damaged = tmp_path / STORY.slug / "v" / first.version / "timeline.html"
    damaged.write_bytes(b"<title>f1rst</title>")
    second = published(store, "first", now=LATER)
    assert second.is_new and second.version != first.version
    assert damaged.read_bytes() == b"<title>f1rst</title>"
    assert faults_of_latest(store) == []


def test_a_damaged_header_file_of_an_old_version_does_not_stop_a_new_one(tmp_path: Path) -> None:
    store = store_of(str(tmp_path))
    first = published(store, "first")
    (tmp_path / STORY.slug / "v" / first.version / "headers.json").write_bytes(b"{")
    second = published(store, "second", now=LATER)
    hosts = (tmp_path / "_headers").read_text().splitlines()
    assert f"/us-2016/v/{second.version}/timeline.html" in hosts and "/us-2016/latest/timeline.html" in hosts
    assert len(faults(store)) == 1


@pytest.mark.slow
def test_a_reader_never_finds_latest_missing_while_it_moves(tmp_path: Path) -> None:
    store = store_of(str(tmp_path))
    published(store, "edition 0")
    ended = threading.Event()

    def read() -> set[bytes]:
        seen = set()
        while not ended.is_set():
            seen.add((tmp_path / STORY.slug / "latest" / "timeline.html").read_bytes())
        return seen

    with ThreadPoolExecutor(1) as reader:
        reading = reader.submit(read)
        for number in range(1, 25):
            published(store, f"edition {number}", now=NOW + timedelta(seconds=number))
        ended.set()
    assert len(reading.result()) > 1
    assert reading.result() <= {f"<title>edition {number}</title>".encode() for number in range(25)}


@pytest.mark.slow
def test_objects_say_their_type_and_how_long_they_may_be_kept(s3: Any, tmp_path: Path) -> None:
    found = published(store_of(f"s3://news/{tmp_path.name}"), "first")
    kept = {
        place: s3.head_object(Bucket="news", Key=f"{tmp_path.name}/{STORY.slug}/{place}/timeline.html")
        for place in (f"v/{found.version}", "latest")
    }
    assert {head["ContentType"] for head in kept.values()} == {"text/html; charset=utf-8"}
    assert [head["CacheControl"] for head in kept.values()] == [
        "public, max-age=31536000, immutable",
        "public, max-age=60, stale-while-revalidate=600, stale-if-error=86400",
    ]


@pytest.fixture(scope="module", params=["folder", pytest.param("bucket", marks=pytest.mark.slow)])
def two_editions(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, str]:
    """A place of either kind that holds two editions, and the version of the first."""
    folder = tmp_path_factory.mktemp("two-editions")
    store = store_of(str(folder) if request.param == "folder" else f"s3://news/{folder.name}")
    if request.param == "bucket":
        request.getfixturevalue("s3")
    first = published(store, "first")
    published(store, "second", now=LATER)
    assert faults(store) == []
    return store, first.version


def damage(store: Store, path: str, data: bytes | None) -> None:
    """Change a published file behind everybody's back, or remove it."""
    if data is None:
        store.files.rm_file(store.path(path))
    else:
        store.files.pipe_file(store.path(path), data)


@pytest.mark.parametrize(
    ("file", "data", "sentence"),
    [
        pytest.param("timeline.html", b"<title>f1rst</title>", "is not what was published", id="a changed byte"),
        pytest.param("timeline.html", b"<title>", "is 7 bytes long and was published with 20", id="cut short"),
        pytest.param("timeline.csv", None, "timeline.csv is missing", id="missing"),
        pytest.param("more.html", b"more", "more.html is not in the version's manifest", id="added"),
        pytest.param("manifest.json", b"{}", "manifest.json cannot be trusted", id="no manifest"),
        pytest.param("manifest.json", None, "has no manifest.json: its publisher was stopped", id="no manifest at all"),
    ],
)
def test_verification_names_each_fault(
    two_editions: tuple[Store, str], file: str, data: bytes | None, sentence: str
) -> None:
    store, version = two_editions
    path = f"{STORY.slug}/v/{version}/{file}"
    whole = store.read(path)
    damage(store, path, data)
    said = faults(store)
    damage(store, path, whole)
    assert len(said) == 1 and sentence in said[0] and version in said[0]


def test_a_manifest_that_was_edited_is_noticed(store: Store) -> None:
    path = f"{STORY.slug}/v/{published(store, 'first').version}/manifest.json"
    published(store, "second", now=LATER)
    damage(store, path, (store.read(path) or b"").replace(b'"size": 20', b'"size": 21'))
    assert [sentence for sentence in faults(store) if "has changed since it was published" in sentence]


@pytest.mark.slow
def test_latest_between_two_versions_is_named_and_mended_by_publishing_again(s3: Any, tmp_path: Path) -> None:
    store = store_of(f"s3://news/{tmp_path.name}")
    first, second = published(store, "first"), published(store, "second", now=LATER)
    # As a publisher of the first edition leaves it that is stopped while it moves latest.
    damage(store, f"{STORY.slug}/latest/timeline.html", small("first")["timeline.html"])
    (said,) = faults(store)
    assert f"between two versions: timeline.html from {first.version}, the rest from {second.version}" in said
    mended = published(again(store), "second", now=LATER)
    assert (mended.is_new, mended.moved) == (False, True)
    assert faults(store) == []


class Killed(Bucket):
    """A publisher that ends after it has written so many objects of latest, in the order of their names."""

    def __init__(self, address: str, written: int) -> None:
        super().__init__(address)
        self.left = written

    def _put_latest(self, story: str, name: str, data: bytes, condition: Mapping[str, str]) -> None:
        names = sorted(small(""))
        if name not in names[: self.left]:
            raise KeyboardInterrupt
        super()._put_latest(story, name, data, condition)


@pytest.mark.slow
@pytest.mark.parametrize("written", cases(1, long=[0, 2, 3]))
def test_a_publisher_killed_while_it_moves_latest_leaves_whole_objects_that_verify_tells_and_publishing_mends(
    s3: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], written: int
) -> None:
    target = f"s3://news/{tmp_path.name}"
    first = published(store_of(target), "first")
    with pytest.raises(KeyboardInterrupt):
        published(Killed(target, written), "second", now=LATER)
    second = max(store_of(target).versions(STORY.slug))
    # headers.json, timeline.csv, timeline.html: so many are the second edition's, whole, the rest the first's.
    moved = ["second"] * written + ["first"] * (3 - written)
    for name, edition in zip(sorted(small("")), moved, strict=True):
        version = second if edition == "second" else first.version
        assert store_of(target).read(f"{STORY.slug}/latest/{name}") == small(edition, version)[name]

    assert typed("verify", target) == (1 if written else 0)
    said = capsys.readouterr().err.splitlines()[:-1]
    files = "headers.json" if written == 1 else f"{written} of its files"
    between = f"{target}/us-2016/latest is between two versions: {files} from {second}, the rest from {first.version}"
    assert said == ([f"{between}; publish us-2016 again."] if written else [])

    mended = published(store_of(target), "second", now=LATER, files={"timeline.html": b"never asked for"})
    assert (mended.version, mended.is_new, mended.moved) == (second, False, True)
    assert typed("verify", target) == 0


@pytest.mark.slow
def test_a_file_that_a_newer_version_lacks_stays_in_a_bucket_and_is_told(s3: Any, tmp_path: Path) -> None:
    store = store_of(f"s3://news/{tmp_path.name}")
    first = published(store, "first", files={**small("first"), "lenses.html": b"<title>first</title>"})
    second = published(store, "second", now=LATER)
    left = (
        f"{store.name}/us-2016/latest/lenses.html is left from an earlier version: {second.version} has no such file."
    )
    assert faults(store) == [left] and first.version != second.version


def test_a_place_without_a_story_is_a_fault(store: Store) -> None:
    assert faults(store) == [f"{store.name} holds no published story."]


def killed(size: str, kills: int, *targets: str, said: Path) -> list[dict[str, Any]]:
    """What a reader finds after each of so many publishers to each target was killed at a random moment of its work."""
    ran = Forked(["-m", "tests.support.killed", size, str(kills), *targets], os.environ, said)
    assert ran.wait(1200) == 0, said.read_text()
    return [json.loads(line) for line in said.read_text().splitlines()]


@pytest.mark.slow
@pytest.mark.parametrize("kills", cases(16, long=[200]))
def test_a_publisher_killed_at_random_moments_leaves_latest_whole(kills: int, tmp_path: Path) -> None:
    # Eight in each folder: what a reader finds is judged from all versions that lie there.
    folders = [tmp_path / f"folder {number}" for number in range(kills // 8)]
    rounds = killed("large", 8, *map(str, folders), said=tmp_path / "said")
    assert [found["faults"] for found in rounds] == [[]] * kills
    # Some were stopped before latest had moved, with a version half written, and some after it.
    assert len({found["shown"] for found in rounds}) > len(folders) + 1
    assert list(tmp_path.glob(f"*/{STORY.slug}/v/.*"))
    for folder in folders:
        published(store_of(str(folder)), "mended", now=LATER + timedelta(days=1))
        assert [said for said in faults(store_of(str(folder))) if "its publisher was stopped" not in said] == []


@pytest.mark.slow
@pytest.mark.parametrize("kills", cases(1, long=[10]))
def test_a_publisher_to_a_bucket_killed_at_random_moments_leaves_latest_whole_or_named_and_mended(
    s3: Any, tmp_path: Path, kills: int
) -> None:
    target = f"s3://news/{tmp_path.name}"
    rounds = killed("small", kills, target, said=tmp_path / "said")
    said = [sentence for found in rounds for sentence in found["faults"]]
    assert [sentence for sentence in said if "is between two versions" not in sentence] == []
    mended = published(store_of(target), "mended", now=LATER + timedelta(days=1))
    assert shown(store_of(target)).version == mended.version
    # Versions that were never finished stay unfinished, and say so.
    assert [sentence for sentence in faults(store_of(target)) if "its publisher was stopped" not in sentence] == []


def test_what_a_dead_publisher_left_is_removed_an_hour_later(tmp_path: Path) -> None:
    left = [tmp_path / STORY.slug / "v" / ".dead.part", tmp_path / STORY.slug / ".dead.latest"]
    left[0].mkdir(parents=True)
    (left[0] / "timeline.html").write_bytes(b"half a docu")
    left[1].symlink_to("v/nowhere")
    young = tmp_path / STORY.slug / "v" / ".alive.part"
    young.mkdir()
    for path in left:
        os.utime(path, (0, 0), follow_symlinks=False)
    published(store_of(str(tmp_path)), "first")
    assert not any(os.path.lexists(path) for path in left)
    assert young.is_dir()


def at_once(*works: Callable[[], object]) -> list[object]:
    """What each gives, all begun in the same moment."""
    gate = threading.Barrier(len(works))

    def begin(work: Callable[[], object]) -> object:
        gate.wait()
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        return [found.result() for found in [pool.submit(begin, work) for work in works]]


@pytest.mark.slow
@pytest.mark.parametrize("turn", cases(0, long=range(5)))
def test_of_two_publishers_at_once_both_versions_stand_and_latest_is_one_of_them(store: Store, turn: int) -> None:
    published(store, "before")
    editions = [f"one of turn {turn}", f"two of turn {turn}"]
    found: list[Any] = at_once(*(lambda edition=edition: published(again(store), edition) for edition in editions))
    versions = {one.version for one in found}
    assert len(versions) == 2 and versions <= set(store.versions(STORY.slug))
    assert shown(store).version in versions
    assert faults(store) == []


class Overtaken(Bucket):
    """A publisher that another one overtakes after it has looked at latest and before it writes there."""

    overtake: Callable[[], object]

    def _copy(self, story: str, version: str, names: Iterable[str]) -> None:
        overtake, self.overtake = self.overtake, lambda: None
        overtake()
        super()._copy(story, version, names)


@pytest.mark.slow
def test_a_publisher_that_was_overtaken_puts_right_what_it_wrote(s3: Any, tmp_path: Path) -> None:
    store = Overtaken(f"s3://news/{tmp_path.name}")
    store.overtake = lambda: None
    published(store, "before")
    store.overtake = lambda: published(again(store), "faster")
    slower = published(store, "slower")
    assert slower.latest != slower.version and slower.latest == shown(store).version
    assert store.read(f"{STORY.slug}/latest/timeline.html") == b"<title>faster</title>"
    assert len(store.versions(STORY.slug)) == 3
    assert faults(store) == []


def test_two_publishers_of_the_same_edition_at_once_are_as_good_as_one(store: Store) -> None:
    found: list[Any] = at_once(*(lambda: published(again(store), "the same") for _ in range(2)))
    assert len({one.version for one in found}) == 1
    assert faults(store) == []


@pytest.mark.parametrize("file", range(4))
def test_a_full_disk_is_one_sentence_and_latest_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: int
) -> None:
    store = store_of(str(tmp_path))
    first = published(store, "first")
    sync, files = os.fsync, iter(range(100))

    def full(handle: int) -> None:
        # As a disk that takes bytes and finds no room for them when they are to last.
        if stat.S_ISREG(os.fstat(handle).st_mode) and next(files) == file:
            raise OSError(errno.ENOSPC, "No space left on device")
        sync(handle)

    monkeypatch.setattr("components.embeds.bundles.folder.os.fsync", full)
    with pytest.raises(TargetRefused) as refused:
        published(store, "second", now=LATER)
    assert str(refused.value) == f"{tmp_path} could not be read or written: No space left on device; make room there."
    assert store.versions(STORY.slug) == (first.version,)
    assert not list((tmp_path / STORY.slug / "v").glob(".*"))
    assert faults(store) == []


@pytest.mark.slow
def test_a_version_that_a_file_size_limit_cuts_short_is_never_there(tmp_path: Path) -> None:
    published(store_of(str(tmp_path)), "first")
    script = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000));"
        "from tests.support.bundles import *; from components.embeds.bundles.publishing import store_of\n"
        "try: published(store_of(sys.argv[1]), 'second', files=baked('second'))\n"
        "except Exception as refused: print(refused)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip().endswith(
        "could not be read or written: File too large; make room there, or ask for more."
    )
    assert not list((tmp_path / STORY.slug / "v").glob(".*"))
    assert len(store_of(str(tmp_path)).versions(STORY.slug)) == 1
    assert faults(store_of(str(tmp_path))) == []


def test_a_latest_that_is_a_real_folder_is_refused_and_kept(tmp_path: Path) -> None:
    kept = tmp_path / STORY.slug / "latest" / "timeline.html"
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"mine")
    with pytest.raises(TargetRefused, match="is a folder where a link should be") as refused:
        published(store_of(str(tmp_path)), "first")
    assert "20261108T035000Z" in str(refused.value) and kept.read_bytes() == b"mine"


def test_a_disk_without_links_is_told_and_the_version_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")  # what vfat says

    monkeypatch.setattr("components.embeds.bundles.folder.Path.symlink_to", refuse)
    store = store_of(str(tmp_path))
    with pytest.raises(TargetRefused, match="without symbolic links, so latest cannot move in one step"):
        published(store, "first")
    assert len(store.versions(STORY.slug)) == 1


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        pytest.param("/sys/nightdesk", "/sys/nightdesk could not be read or written: ", id="permission denied"),
        pytest.param("{file}", "{file} could not be read or written: Not a directory; name a folder.", id="a file"),
        pytest.param("{file}/out", "could not be read or written: Not a directory; name a folder.", id="under a file"),
        pytest.param("gs://news/x", "'gs://news/x' is not a place to publish to; name a folder, or s3://", id="no s3"),
        pytest.param("s3://", "'s3://' is not a place to publish to", id="no bucket named"),
        pytest.param(" ", "' ' is not a place to publish to", id="nothing"),
    ],
)
def test_a_place_that_cannot_be_written_is_refused_before_anything_is_drawn(
    tmp_path: Path, target: str, sentence: str
) -> None:
    file = tmp_path / "a file"
    file.write_text("")
    with pytest.raises(TargetRefused) as refused:
        store_of(target.format(file=file)).check(STORY.slug)
    assert sentence.format(file=file) in str(refused.value)


@pytest.mark.slow
def test_a_bucket_that_is_not_there_is_named(s3: Any) -> None:
    with pytest.raises(TargetRefused, match=r"There is no bucket 'nobodys': create it, or correct the address\."):
        store_of("s3://nobodys/embeds").check(STORY.slug)


@pytest.mark.parametrize("command", [("publish", "us-2016", "--to"), ("verify",), ("serve",)])
def test_where_the_packages_for_s3_are_missing_one_sentence_says_how_to_install_them(
    command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(sys.modules, Bucket.__module__)
    monkeypatch.setitem(sys.modules, "s3fs", None)  # as if it were not there
    assert typed(*command, "s3://news/embeds") == 1
    assert capsys.readouterr().err == (
        "s3://news/embeds needs a package that is not installed, s3fs: "
        "run `python -m pip install -c constraints.txt -r requirements-s3.txt`.\n"
    )


@pytest.mark.slow
def test_missing_credentials_are_asked_for(s3: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Of a person, of a container, and of a web identity.
    for name in (
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_PROFILE",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(TargetRefused, match="needs credentials, and none were found: set AWS_ACCESS_KEY_ID"):
        store_of("s3://news/embeds").check(STORY.slug)


@pytest.mark.slow
def test_an_object_that_stands_is_never_overwritten(s3: Any, tmp_path: Path) -> None:
    store = store_of(f"s3://news/{tmp_path.name}")
    store.put_version(STORY.slug, "20261108T035000Z-0123456789ab", {**small("first"), "manifest.json": b"1"}, done=int)
    with pytest.raises(FileExistsError):
        store.put_version(
            STORY.slug, "20261108T035000Z-0123456789ab", {**small("second"), "manifest.json": b"2"}, done=int
        )
    assert store.read(f"{STORY.slug}/v/20261108T035000Z-0123456789ab/timeline.html") == b"<title>first</title>"
