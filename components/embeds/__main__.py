"""Publish a story's charts as files that outlive the server, check what is published, or look at it.

`python -m components.embeds publish us-2016 --to out/` (or `s3://bucket/prefix`), `... verify out/`, `... serve out/`.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from urllib.parse import urlsplit

from tqdm import tqdm

from components.embeds.bundles.bundle import FILES, bake, wanted_charts, wanted_view
from components.embeds.bundles.checking import check_store
from components.embeds.bundles.inputs import inputs_of
from components.embeds.bundles.publishing import Published, publish, store_of
from components.embeds.bundles.storage import Files, Store
from data.core.errors import DataError
from data.core.program import utc_now
from data.core.settings import read_settings
from data.story.store import find_story, story_store
from data.story.story import Story

_PORT = 8502


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m components.embeds", description="Charts as lasting files.")
    commands = parser.add_subparsers(required=True)
    publishing = commands.add_parser("publish", help="draw every chart of a story and put the files in their place")
    publishing.add_argument("story", help="a story's folder name, like us-2016")
    publishing.add_argument("--to", required=True, help="a folder, or s3://bucket/prefix")
    publishing.add_argument(
        "--view", action="append", default=[], help="freeze this view too: 'chart=timeline&from=...&to=...&clock=...'"
    )
    publishing.add_argument("--site", default="", help="the public address of the app that documents link back to")
    publishing.set_defaults(run=_publish)
    verify = commands.add_parser(
        "verify", help="check every checksum of every version, and latest; exit 1 if any fails"
    )
    verify.add_argument("target", help="a folder, or s3://bucket/prefix")
    verify.set_defaults(run=_verify)
    serving = commands.add_parser("serve", help="serve a bundle on this machine only, with its headers, for a look")
    serving.add_argument("target", help="a folder, or s3://bucket/prefix")
    serving.add_argument("--port", type=int, default=_PORT, help=f"{_PORT} if left out; 0 takes a free one")
    serving.set_defaults(run=_serve)
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Publish, verify or serve; 0 done, 1 failed, with one sentence on standard error."""
    asked = _arguments(argv)
    run: Callable[[argparse.Namespace], int] = asked.run
    try:
        return run(asked)
    except (DataError, ValueError, OSError) as refused:
        sys.stderr.write(f"{refused}\n")
    except KeyboardInterrupt:
        sys.stderr.write("Stopped. What latest shows is whole; the same command goes on from there.\n")
    return 1


def _publish(asked: argparse.Namespace) -> int:
    settings, site = read_settings(os.environ), _site(asked.site)
    story = find_story(asked.story, settings)
    views = {one.stem: one for one in (wanted_view(story, query) for query in asked.view)}
    beside = sorted({one.view.other for one in views.values()} - {""})
    others = [find_story(slug, settings) for slug in beside]
    _refuse_tests(story, *others)
    store = store_of(asked.to)
    store.check()
    inputs = inputs_of(
        story, story_store(settings), views=[one.query for one in views.values()], others=others, site=site
    )
    wanted = (*wanted_charts(story), *views.values())
    # Each file is drawn, then written.
    with tqdm(total=2 * len(wanted) * len(FILES), desc=story.slug, unit="step", disable=None) as bar:

        def drawn(version: str) -> Files:
            files: dict[str, bytes] = {}
            for name, body in bake(story, wanted, settings=settings, site=site, version=version):
                files[name] = body
                bar.update()
            bar.total = 2 * len(files) + 1  # charts that hold nothing have no files; the manifest is only written
            return files

        found = publish(story, store, inputs=inputs, bake=drawn, now=utc_now(), done=bar.update)
    sys.stdout.writelines(f"{line}\n" for line in _report(store, story, found, list(views)))
    return 0


def _refuse_tests(*stories: Story) -> None:
    """DataError for a rehearsal: what is published lasts, and a test must not."""
    for story in stories:
        if story.about.rehearsal:
            raise DataError(f"{story.slug} is a rehearsal, and what is published lasts; publish the night itself")


def _report(store: Store, story: Story, found: Published, stems: Sequence[str]) -> Iterator[str]:
    """What was done, and where it is: the version, latest, and each frozen view."""
    said = "published" if found.is_new else "nothing has changed, so nothing was written again"
    latest = "latest moved to it" if found.moved else "latest shows it already"
    if found.latest != found.version:
        latest = f"latest shows {found.latest}, which somebody else published in the same moment"
    yield f"{story.slug} {found.version}: {said}; {latest}."
    yield f"{store.address(story.slug, 'latest')}/"
    yield f"{store.address(story.slug, 'v', found.version)}/"
    yield from (f"{store.address(story.slug, 'v', found.version, stem)}.html" for stem in stems)


def _site(address: str) -> str:
    """The public address without a final slash; ValueError for one that is none."""
    parts = urlsplit(address)
    if address and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment):
        raise ValueError(f"--site wants an address like https://nightdesk.example, not {address[:200]!r}")
    return address.rstrip("/")


def _verify(asked: argparse.Namespace) -> int:
    store = store_of(asked.target)
    faults = 0
    for found in check_store(store):
        faults += found.is_fault
        (sys.stderr if found.is_fault else sys.stdout).write(f"{found.sentence}\n")
    if faults:
        sys.stderr.write(f"{store.name}: {faults:,} fault{'' if faults == 1 else 's'}\n")
        return 1
    versions = sum(len(store.versions(story)) for story in store.stories())
    sys.stdout.write(f"{store.name}: no faults in {versions:,} version{'' if versions == 1 else 's'}\n")
    return 0


def _serve(asked: argparse.Namespace) -> int:
    # Imported where it is used: publishing wants no web server.
    from components.embeds.bundles.preview import serve

    store = store_of(asked.target)
    server, door = serve(store, asked.port)
    sys.stdout.write(f"{store.name} is at http://127.0.0.1:{door.getsockname()[1]}/ until you press Ctrl-C\n")
    sys.stdout.flush()
    with suppress(KeyboardInterrupt), door:
        server.run(sockets=[door])
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
