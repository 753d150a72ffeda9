"""Raw answers of sources, kept for ever beside the sidecar that says what was asked, when, and of whom."""

from __future__ import annotations

import hashlib
import json
import logging
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from data.core.errors import first_fault
from data.core.files import leads_out, sweep_parts, write_whole
from data.core.model import as_utc
from data.core.settings import Settings
from data.story.store import story_store
from data.story.story import Story

_LOG = logging.getLogger(__name__)
_SIDECAR = ".sidecar.json"
#: Beneath the folder of a source: what was removed and can be restored.
_REMOVED = "removed"
#: Of one snapshot. No source is read beyond this, so a longer file is none of ours.
MAX_BYTES = 64 * 1024 * 1024

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
Instant = Annotated[AwareDatetime, AfterValidator(as_utc)]
Short = Annotated[str, Field(max_length=2_000)]


class Sidecar(BaseModel):
    """What a snapshot's bytes are: the query, the moment they were drawn, and the terms they may be used on.

    `window_start` and `window_end` are the span asked for, not the span answered. `step` is in seconds, as inferred
    from the data; None where it is unknown or there is none. `sha256` is that of the bytes; leave it out and
    `write_snapshot` fills it in. `suffix` is how the file of the bytes is named. All times are UTC.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    version: Literal[1] = 1
    source: Name
    kind: Name
    query: dict[str, str] = {}
    geo: Short = ""
    window_start: Instant | None = None
    window_end: Instant | None = None
    drawn_at: Instant
    url: Annotated[str, Field(max_length=8_000)] = ""
    status: int | None = None
    sha256: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""
    suffix: Annotated[str, Field(pattern=r"^[a-z0-9]{1,8}$")] = "json"
    licence: Short = ""
    step: float | None = None
    client: Short = ""
    user_type: Short = ""
    note: Short = ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The bytes of one answer, checked against their sidecar; `path` is the file of the bytes."""

    data: bytes
    sidecar: Sidecar
    path: Path


def snapshot_folder(story: Story, settings: Settings) -> Path:
    """The folder that a story's new snapshots go to: the newsroom's own if settings name one, else the story's."""
    return story_store(settings).snapshots(story.slug)[-1]


def write_snapshot(folder: Path, data: bytes, sidecar: Sidecar) -> Snapshot:
    """The snapshot as it is on disk, in `folder`/snapshots/<source>/; OSError where the disk refuses.

    Nothing is ever overwritten: the same bytes drawn by the same query at the same moment are the same snapshot, and
    the sidecar that came first stays. The bytes are written first and the sidecar last, each in one step, so that a
    writer stopped at any moment leaves a whole snapshot or none. ValueError if `sidecar.sha256` is of other bytes.
    """
    digest = hashlib.sha256(data).hexdigest()
    if sidecar.sha256 not in ("", digest):
        raise ValueError(f"the sidecar is of other bytes: sha256 {sidecar.sha256}, not {digest}")
    if len(data) > MAX_BYTES:
        raise ValueError(f"a snapshot holds at most {MAX_BYTES:,} bytes, not {len(data):,}")
    sidecar = sidecar.model_copy(update={"sha256": digest})
    path = folder / "snapshots" / sidecar.source / _name(sidecar)
    try:
        return _read(path.with_name(path.name + _SIDECAR))
    except (OSError, ValueError):  # not there yet, or damaged and now made whole
        sweep_parts(path.parent)
    write_whole(path, data)
    write_whole(path.with_name(path.name + _SIDECAR), sidecar.model_dump_json(indent=2).encode())
    return Snapshot(data, sidecar, path)


def read_snapshots(folder: Path, source: str) -> tuple[Snapshot, ...]:
    """The snapshots of one source, the one drawn first first; broken ones are left out, each with a log line."""
    found = []
    for path in (folder / "snapshots").glob(f"{source}/*{_SIDECAR}"):
        try:
            _refuse_links(folder, path, path.with_name(path.name.removesuffix(_SIDECAR)))
            found.append(_read(path))
        except (OSError, ValueError) as error:
            _LOG.warning("left out snapshot %s: %s", path.name, _why(error))
    return tuple(sorted(found, key=lambda snapshot: (snapshot.sidecar.drawn_at, snapshot.path.name)))


def _refuse_links(folder: Path, *paths: Path) -> None:
    """ValueError where one of these is a link, or behind one, that leads out of the folder."""
    if any(leads_out(path, folder) for path in paths):
        raise ValueError("it is behind a link that leads out of the story's folder")


def _why(error: OSError | ValueError) -> str:
    if isinstance(error, ValidationError):
        return f"its sidecar cannot be read: {first_fault(error)}"
    return f"it cannot be read: {error.strerror or error}" if isinstance(error, OSError) else str(error)


def read_snapshot(path: Path) -> Snapshot:
    """The snapshot whose bytes are in this file; OSError or ValueError says why it is none."""
    return _read(path.with_name(path.name + _SIDECAR))


def remove_snapshot(snapshot: Snapshot) -> None:
    """Take a snapshot out of what is read, to where `restore_snapshot` finds it; OSError where the disk refuses.

    The sidecar goes first: whoever is stopped between the two leaves bytes that are no snapshot.
    """
    aside = snapshot.path.parent / _REMOVED
    aside.mkdir(exist_ok=True)
    for name in (snapshot.path.name + _SIDECAR, snapshot.path.name):
        with suppress(FileNotFoundError):  # somebody else was as quick
            (snapshot.path.parent / name).replace(aside / name)


def removed_snapshots(folder: Path, source: str) -> tuple[Snapshot, ...]:
    """The snapshots of one source that were removed, the one drawn first first; what cannot be read is left out."""
    return read_snapshots(folder, f"{source}/{_REMOVED}")


def restore_snapshot(snapshot: Snapshot) -> None:
    """Put a removed snapshot back where it was; OSError where the disk refuses. The sidecar goes last."""
    for name in (snapshot.path.name, snapshot.path.name + _SIDECAR):
        with suppress(FileNotFoundError):
            (snapshot.path.parent / name).replace(snapshot.path.parent.parent / name)


def _read(path: Path) -> Snapshot:
    """The snapshot of a sidecar; OSError or ValueError says why it is none."""
    sidecar = Sidecar.model_validate_json(path.read_bytes())
    bytes_path = path.with_name(path.name.removesuffix(_SIDECAR))
    if bytes_path.stat().st_size > MAX_BYTES:
        raise ValueError(f"it is longer than {MAX_BYTES:,} bytes")
    data = bytes_path.read_bytes()
    if hashlib.sha256(data).hexdigest() != sidecar.sha256:
        raise ValueError("its bytes are not those that its sidecar was written for")
    return Snapshot(data, sidecar, bytes_path)


def _name(sidecar: Sidecar) -> str:
    """A file name that sorts by time and is another one for any other query, window, moment or bytes."""
    said = sidecar.model_dump_json(include={"kind", "query", "geo", "window_start", "window_end", "drawn_at", "sha256"})
    identity = hashlib.sha256(json.dumps(json.loads(said), sort_keys=True).encode()).hexdigest()[:12]
    moment = re.sub("[-:]", "", sidecar.drawn_at.isoformat(timespec="microseconds").removesuffix("+00:00"))
    return f"{moment}Z-{identity}.{sidecar.suffix}"
