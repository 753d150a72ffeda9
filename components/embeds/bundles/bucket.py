"""A bundle in an S3 bucket: objects created only where there are none, and a latest that its manifest settles."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta

from botocore.exceptions import BotoCoreError, NoCredentialsError, PartialCredentialsError
from s3fs import S3FileSystem

from components.embeds.bundles import hosting
from components.embeds.bundles.hosting import Rule
from components.embeds.bundles.manifest import NAME, read_manifest, sha256
from components.embeds.bundles.storage import Files, Store, TargetRefused, Tree, at_once
from data.core.program import utc_now

#: How often latest is looked at again while other publishers write it too.
_SETTLING = 10
#: How long a publisher may take to write a version, whose manifest comes last.
_UNFINISHED = timedelta(hours=1)


class Bucket(Store):
    """Bundles under a prefix of a bucket. Objects cannot be swapped together, so latest moves one after the other.

    Each is whole at any time, the manifest moves last, and only from the state that was read; whoever wrote last then
    looks whether latest is what its manifest says, and puts right what another publisher's writing left.
    """

    failures = (OSError, BotoCoreError)

    def __init__(self, address: str) -> None:
        files = S3FileSystem(use_listings_cache=False, skip_instance_cache=True)
        super().__init__(files, address.removeprefix("s3://"), address)

    def why(self, error: Exception) -> str:
        """As of any place; and of what stops a request before S3 has it."""
        if isinstance(error, NoCredentialsError | PartialCredentialsError):
            keys = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE"
            return f"needs credentials, and none were found: {keys}"
        if isinstance(error, BotoCoreError):
            return f"did not answer: {str(error).rstrip('.')}"
        return super().why(error)

    def tree(self, folder: str = "") -> Tree:
        """Every object of the prefix. A version written in the last hour may be unfinished yet."""
        with self.refusals():
            found = self.files.find(self.path(folder).rstrip("/"), detail=True, refresh=True)
        written = {name.removeprefix(f"{self.root}/"): each["LastModified"] for name, each in found.items()}
        recent = utc_now() - _UNFINISHED
        young = {"/".join(path.split("/")[:3]) for path, moment in written.items() if moment > recent}
        return Tree(frozenset(written), unfinished=frozenset(young))

    def check(self, story: str) -> None:
        """TargetRefused where there is no such bucket, or it does not let itself be listed."""
        with self.refusals():
            bucket = self.root.partition("/")[0]
            try:
                self.files.call_s3("list_objects_v2", Bucket=bucket, MaxKeys=1)
            except FileNotFoundError as error:
                raise TargetRefused(f"There is no bucket {bucket!r}: create it, or correct the address.") from error

    def put_version(self, story: str, version: str, files: Files, *, done: Callable[[], object]) -> None:
        """Create every object where there is none, read each back, and only then create the manifest."""
        folder = f"{story}/v/{version}"
        rules = hosting.read_rules(files[hosting.NAME])

        def put(name: str) -> None:
            self._create(f"{folder}/{name}", files[name], rules)
            done()

        at_once(put, (name for name in files if name != NAME))
        put(NAME)

    def _create(self, path: str, data: bytes, rules: Iterable[Rule]) -> None:
        """Put an object where there is none; the same bytes, put there before an answer was lost, are as good."""
        with self.refusals():
            try:
                self.files.pipe_file(self.path(path), data, mode="create", **_kept(path, rules))
            except FileExistsError:
                if self.read(path) != data:
                    raise
                return
        if sha256(self.read(path) or b"") != sha256(data):
            raise TargetRefused(f"{self.address(path)} reads back other than it was written; publish again.")

    def move_latest(self, story: str, version: str) -> bool:
        """Copy a version over latest, its manifest last and only if nobody moved latest meanwhile; then settle."""
        standing, manifest = self._tag(f"{story}/latest/{NAME}"), self._version_file(story, version, NAME)
        if moves := self.read(f"{story}/latest/{NAME}") != manifest:
            self._copy(story, version, read_manifest(manifest).files)
            self._put_latest(story, NAME, manifest, {"IfMatch": standing} if standing else {"IfNoneMatch": "*"})
        return self._settle(story) or moves

    def _settle(self, story: str) -> bool:
        """Bring latest to what its manifest says, whoever wrote that; whether there was anything to do."""
        for turn in range(_SETTLING):
            manifest = read_manifest(self.read(f"{story}/latest/{NAME}") or b"")
            held = self.read_all(f"{story}/latest", manifest.files)
            other = [name for name, entry in manifest.files.items() if sha256(held[name] or b"") != entry.sha256]
            if not other:
                return turn > 0
            self._copy(story, manifest.version, other)
        raise TargetRefused(f"{self.address(story, 'latest')} is being moved by others too; publish again in a minute.")

    def _copy(self, story: str, version: str, names: Iterable[str]) -> None:
        at_once(lambda name: self._put_latest(story, name, self._version_file(story, version, name), {}), names)

    def _put_latest(self, story: str, name: str, data: bytes, condition: Mapping[str, str]) -> None:
        """Write one object of latest; where a condition does not hold, another publisher's stands."""
        path = f"{story}/latest/{name}"
        rules = hosting.rules_of(story, "", {})
        with self.refusals():
            try:
                self.files.pipe_file(self.path(path), data, **_kept(path, rules), **condition)
            except OSError as error:
                if not (condition and _was_condition(error)):
                    raise

    def _version_file(self, story: str, version: str, name: str) -> bytes:
        data = self.read(f"{story}/v/{version}/{name}")
        if data is None:
            raise TargetRefused(f"{self.address(story, 'v', version, name)} is missing, so latest cannot show it.")
        return data

    def _tag(self, path: str) -> str:
        with self.refusals():
            try:
                return str(self.files.info(self.path(path), refresh=True)["ETag"])
            except FileNotFoundError:
                return ""


def _kept(path: str, rules: Iterable[Rule]) -> dict[str, str]:
    """What S3 keeps with an object of the headers it wants; the others are the business of what serves the bucket."""
    headers = hosting.headers_for(rules, f"/{path}")
    return {"ContentType": headers["Content-Type"], "CacheControl": headers["Cache-Control"]}


def _was_condition(error: OSError) -> bool:
    """Whether S3 refused to write because the object was not as the condition said."""
    code = getattr(error.__cause__, "response", {}).get("Error", {}).get("Code", "")
    return isinstance(error, FileExistsError) or code in ("PreconditionFailed", "ConditionalRequestConflict")
