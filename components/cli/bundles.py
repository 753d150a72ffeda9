"""`nightdesk publish`, `verify` and `serve`: charts as files that outlive the server."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from urllib.parse import urlsplit

from tqdm import tqdm

from components.cli.exits import DONE, FAILED, fail, say
from components.cli.lookups import settings_here, story_named
from components.embeds.bundles.bundle import FILES, bake, wanted_charts, wanted_view
from components.embeds.bundles.checking import check_store
from components.embeds.bundles.manifest import inputs_of
from components.embeds.bundles.publishing import Published, publish, refuse_test, store_of
from components.embeds.bundles.storage import Files, Store
from data.core.errors import DataError
from data.core.program import utc_now
from data.story.new_story import unwritten
from data.story.store import story_store
from data.story.story import Story


def publish_story(slug: str, target: str, *, views: Sequence[str], site: str) -> int:
    """Draw every chart of the story and each of these views, put the files in their place and say where they are."""
    settings, site = settings_here(), _site(site)
    story = story_named(slug, settings)
    frozen = {one.stem: one for one in (wanted_view(story, query) for query in views)}
    beside = sorted({one.view.other for one in frozen.values()} - {""})
    others = [story_named(name, settings) for name in beside]
    stories = story_store(settings)
    for one in (story, *others):
        refuse_test(one)
        if left := unwritten(stories.files(one.slug)["story.toml"]):
            raise DataError(f"{one.slug} is not written yet: {left[0]}")
    store = store_of(target)
    store.check(story.slug)
    inputs = inputs_of(story, stories, views=[one.query for one in frozen.values()], others=others, site=site)
    wanted = (*wanted_charts(story), *frozen.values())
    # Each file is drawn, then written.
    with tqdm(total=2 * len(wanted) * len(FILES), desc=story.slug, unit="step", disable=None) as bar:

        def drawn(version: str) -> Files:
            files: dict[str, bytes] = {}
            for name, body in bake(story, wanted, settings=settings, site=site, version=version):
                files[name] = body
                bar.update()
            bar.total = 2 * len(files) + 1  # charts that hold nothing have no files; the manifest is only written
            return files

        try:
            found = publish(story, store, inputs=inputs, bake=drawn, now=utc_now(), done=bar.update)
        except KeyboardInterrupt:
            raise KeyboardInterrupt("What latest shows is complete; the same command picks up from there.") from None
    say("\n".join(_report(store, story, found, list(frozen))))
    return DONE


def _report(store: Store, story: Story, found: Published, stems: Sequence[str]) -> Iterator[str]:
    """What was done, and where it is: the version, latest, and each frozen view."""
    said = "published" if found.is_new else "nothing has changed, so nothing was written"
    latest = "latest now points to it" if found.moved else "latest already points to it"
    if found.latest != found.version:
        latest = f"latest shows {found.latest}, which somebody else published at the same moment"
    yield f"{story.slug} {found.version}: {said}; {latest}."
    yield f"{store.address(story.slug, 'latest')}/"
    yield f"{store.address(story.slug, 'v', found.version)}/"
    yield from (f"{store.address(story.slug, 'v', found.version, stem)}.html" for stem in stems)


def _site(address: str) -> str:
    """The public address without a final slash; ValueError for one that is none."""
    parts = urlsplit(address)
    if address and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment):
        raise ValueError(f"--site must be an address like https://nightdesk.example, not {address[:200]!r}")
    return address.rstrip("/")


def verify(target: str) -> int:
    """Say of every version of the target, and of latest, what is not as it was published; FAILED if anything is."""
    store = store_of(target)
    faults = 0
    for found in check_store(store):
        faults += found.is_fault
        (sys.stderr if found.is_fault else sys.stdout).write(f"{found.sentence}\n")
    if faults:
        return fail(f"{store.name}: {faults:,} fault{'' if faults == 1 else 's'}", FAILED)
    versions = sum(len(store.versions(story)) for story in store.stories())
    say(f"{store.name}: no faults in {versions:,} version{'' if versions == 1 else 's'}")
    return DONE


def serve_target(target: str, port: int) -> int:
    """Serve the target on this machine until Ctrl-C; FAILED where it holds nothing, OSError where the port is taken."""
    # Imported where it is used: publishing wants no web server.
    from components.embeds.bundles.preview import serve

    store = store_of(target)
    if not store.stories():
        return fail(f"{store.name} holds no published story; nightdesk publish puts one there", FAILED)
    server, door = serve(store, port)
    say(f"{store.name} is at http://127.0.0.1:{door.getsockname()[1]}/ until you press Ctrl-C")
    with suppress(KeyboardInterrupt), door:
        server.run(sockets=[door])
    return DONE
