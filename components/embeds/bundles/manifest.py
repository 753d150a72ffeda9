"""What a published version holds and was made from: its manifest, and the name that follows from it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from data.core.model import as_utc

NAME = "manifest.json"
#: How many hex digits of the inputs' hash stand in a version's name.
_DIGITS = 12
VERSION = re.compile(r"^\d{8}T\d{6}Z-[0-9a-f]{12}$")

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Instant = Annotated[AwareDatetime, AfterValidator(as_utc)]
FileName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.@-]{0,199}$")]


def sha256(data: bytes) -> str:
    """The checksum by which a file is known, in hex."""
    return hashlib.sha256(data).hexdigest()


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Inputs(_Frozen):
    """Everything a version follows from: checksums of files by name, versions of libraries, and what was asked."""

    story: dict[str, Sha256]
    snapshots: dict[str, Sha256]
    code: Sha256
    libraries: dict[str, str]
    views: tuple[str, ...] = ()
    site: str = ""

    @property
    def digest(self) -> str:
        """Twelve hex digits that are the same for the same inputs, on any machine."""
        return sha256(_canonical(self.model_dump(mode="json")))[:_DIGITS]


class FileEntry(_Frozen):
    """A file of a version; `size` in bytes."""

    sha256: Sha256
    size: Annotated[int, Field(ge=0)]


class Manifest(_Frozen):
    """What one version holds. `created` is UTC, `corrections` are sentences on the story's own clock.

    `seal` is the checksum of all the rest, so that a manifest damaged on a disk is noticed too.
    """

    format: Literal[1] = 1
    story: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}[a-z0-9]$")]
    title: str
    version: Annotated[str, Field(pattern=VERSION.pattern)]
    created: Instant
    corrections: tuple[str, ...] = ()
    inputs: Inputs
    files: dict[FileName, FileEntry]
    seal: str = ""

    def text(self) -> bytes:
        """The manifest as it is published, sealed."""
        sealed = self.model_copy(update={"seal": self._sum()})
        return sealed.model_dump_json(indent=1).encode() + b"\n"

    @property
    def sound(self) -> bool:
        """Whether it is as it was when it was sealed, and named after its own inputs."""
        return self.seal == self._sum() and self.version.endswith(f"-{self.inputs.digest}")

    def _sum(self) -> str:
        return sha256(_canonical(self.model_dump(mode="json", exclude={"seal"})))


def entries(files: Mapping[str, bytes]) -> dict[str, FileEntry]:
    """What a manifest says of these files, in the order of their names."""
    return {name: FileEntry(sha256=sha256(data), size=len(data)) for name, data in sorted(files.items())}


@lru_cache(maxsize=256)
def read_manifest(text: bytes) -> Manifest:
    """The manifest of a published file; ValueError says in a few words why it is none."""
    try:
        found = Manifest.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise ValueError(f"{where}: {first['msg']}") from error
    if not found.sound or found.text() != text:
        raise ValueError("it is not as it was when it was published")
    return found


def version_name(created: datetime, inputs: Inputs) -> str:
    """20261108T035000Z-0123456789ab: when a version was made, to the second in UTC, and of what."""
    moment = as_utc(created).replace(tzinfo=None).isoformat(timespec="seconds")
    return f"{re.sub('[-:]', '', moment)}Z-{inputs.digest}"


def _canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
