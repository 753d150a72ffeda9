"""Bundles whose files are known without drawing, so that hundreds of them are published in seconds."""

from __future__ import annotations

import random
from datetime import UTC, datetime

from components.embeds.bundles import hosting
from components.embeds.bundles.checking import check_latest, check_store, check_version
from components.embeds.bundles.manifest import Inputs, Manifest, read_manifest
from components.embeds.bundles.publishing import Published, publish
from components.embeds.bundles.storage import Files, Store
from data.core.settings import Settings
from data.story.store import find_story
from data.story.story import Story

NOW = datetime(2026, 11, 8, 3, 50, tzinfo=UTC)
STORY: Story = find_story("us-2016", Settings())
_KILOBYTES = {".html": 50, ".svg": 15, ".png": 25, "@2x.png": 50, ".pdf": 10, ".csv": 3, ".json": 15}


def inputs(edition: str) -> Inputs:
    """Other inputs for every edition."""
    return Inputs(story={"story.toml": "0" * 64}, snapshots={}, code="0" * 64, libraries={}, views=(edition,))


def baked(edition: str, version: str = "") -> dict[str, bytes]:
    """Six charts in seven files each, a quarter as large as real ones, other bytes for every edition."""
    noise = random.Random(edition)  # the same bytes for the same edition
    files = {
        f"{chart}{ending}": noise.randbytes(size * 1000)
        for chart in ("timeline", "interest", "outages", "results", "traffic", "lenses")
        for ending, size in _KILOBYTES.items()
    }
    policies = {name: "default-src 'none'" for name in files if name.endswith(".html")}
    return files | {hosting.NAME: hosting.rules_text(hosting.rules_of(STORY.slug, version, policies))}


def small(edition: str, version: str = "") -> dict[str, bytes]:
    """Two files that name their edition, and headers."""
    files = {"timeline.html": f"<title>{edition}</title>".encode(), "timeline.csv": f"edition\n{edition}\n".encode()}
    policies = {"timeline.html": "default-src 'none'"}
    return files | {hosting.NAME: hosting.rules_text(hosting.rules_of(STORY.slug, version, policies))}


def published(store: Store, edition: str, *, files: Files | None = None, now: datetime = NOW) -> Published:
    """An edition, published."""
    return publish(STORY, store, inputs=inputs(edition), bake=lambda version: files or small(edition, version), now=now)


def shown(store: Store) -> Manifest:
    """The manifest of what latest shows."""
    return read_manifest(store.read(f"{STORY.slug}/latest/manifest.json") or b"")


def faults(store: Store) -> list[str]:
    """Everything that verification finds, said."""
    return [found.sentence for found in check_store(store)]


def faults_of_latest(store: Store) -> list[str]:
    """What verification finds in latest and in the version that it shows; of the others, only what they are."""
    held = store.contents()
    of_version = check_version(held, STORY.slug, shown(store).version)
    return [found.sentence for found in (*of_version, *check_latest(held, STORY.slug))]
