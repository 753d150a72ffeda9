"""Streamlit's own scripts and styles, packed once for every browser to come."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import streamlit
from filelock import FileLock

from data.core.compress import compress, decompress
from data.core.files import sweep_parts, write_whole
from data.core.settings import Settings, read_settings

_HOME = Path(__file__).resolve().parents[2]
#: Text that a browser loads; pictures and fonts are packed by themselves.
_KINDS = (".js", ".css", ".html", ".json", ".svg", ".wasm")
#: The lowest priority there is: whoever looks at a page comes first.
_LAST = 19
#: What stands in the folder once all has been packed.
_WHOLE = "whole"


class CompressedFiles:
    """The files below a folder by the path of their address, with each packing that is ready.

    By gzip each is packed when it is first asked for. By Brotli they are packed once and kept in `folder`, by the
    digest of the plain file; where that cannot be written, gzip is all there is.
    """

    def __init__(self, root: Path, folder: Path) -> None:
        self._folder = folder
        files = sorted(path for path in root.rglob("*") if path.suffix in _KINDS and path.is_file())
        self._files = {f"/{path.relative_to(root).as_posix()}": path for path in files}
        # The page itself is served for the bare address.
        self._files |= {"/": index} if (index := root / "index.html") in files else {}
        self._ready: dict[tuple[str, str], tuple[bytes, int]] = {}

    def __contains__(self, path: str) -> bool:
        return path in self._files

    def find(self, path: str, encodings: Sequence[str]) -> tuple[str, bytes, int] | None:
        """The first of these encodings that there is of this path, the packed bytes, and how many there were plain."""
        for encoding in encodings:
            packed, plain = self._ready.get((path, encoding), (b"", 0))
            if packed:
                return encoding, packed, plain
        return None

    def lacks(self, path: str, encodings: Sequence[str]) -> bool:
        """Whether the first of these encodings is gzip, unless another is ready, and nobody has asked for it so far."""
        first = next((one for one in encodings if one == "gzip" or self._ready.get((path, one), (b"", 0))[0]), "")
        return first == "gzip" and (path, first) not in self._ready

    def start(self) -> threading.Thread:
        """Make all ready by Brotli beside the server, which does not wait for it. What fails is a log line."""
        thread = threading.Thread(target=self._make_ready, name="packing", daemon=True)
        thread.start()
        return thread

    def _make_ready(self) -> None:
        if not self.take_up():
            # Brotli's best takes 46 s for Streamlit's 323 files, against 1 s for gzip, and leaves 5.7 MB of 23 instead
            # of 6.9. In this process it would also leave 90 MB that are never given back.
            command = [sys.executable, "-m", "components.server.static_files"]
            subprocess.run(command, cwd=_HOME, stdin=subprocess.DEVNULL, check=False)  # noqa: S603 - our own module
            self.take_up()

    def take_up(self) -> bool:
        """Make ready what the folder holds and is sound; whether all has been packed."""
        for path, file in self._files.items():
            plain = file.read_bytes()
            if packed := _sound(self._place(plain), plain):
                self._ready[path, "br"] = packed, len(plain)
        return (self._folder / _WHOLE).is_file()

    def pack_all(self) -> None:
        """Pack into the folder what is not there; what is stopped is gone on with. OSError where it cannot.

        One process of a machine packs; another one waits, and finds it done.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        sweep_parts(self._folder)
        with FileLock(self._folder / ".lock"):
            for file in self._files.values():
                plain = file.read_bytes()
                place = self._place(plain)
                if not _sound(place, plain) and (packed := compress(plain, "br", beforehand=True)):
                    write_whole(place, packed)
            write_whole(self._folder / _WHOLE, b"")

    def pack_gzip(self, path: str) -> None:
        """Hold this file by gzip, or that it is not worth it; a file that is gone is the server's to answer for.

        It takes 0.2 s for the largest: call it in a thread that nothing waits for.
        """
        with suppress(OSError):
            plain = self._files[path].read_bytes()
            self._ready[path, "gzip"] = compress(plain, "gzip"), len(plain)

    def _place(self, plain: bytes) -> Path:
        return self._folder / f"{hashlib.sha256(plain).hexdigest()[:32]}.br"


def _sound(place: Path, plain: bytes) -> bytes:
    """The packed bytes in this place, or nothing where they are not there or not of this plain file."""
    try:
        packed = place.read_bytes()
        return packed if decompress(packed, "br") == plain else b""
    except (OSError, ValueError):
        return b""


def streamlit_files(settings: Settings) -> CompressedFiles:
    """The files of the installed Streamlit, kept below the settings' cache under its version."""
    root = Path(streamlit.__file__).parent / "static"
    return CompressedFiles(root, settings.cache / "packed" / f"streamlit-{streamlit.__version__}")


def _end_with(parent: int) -> None:
    """End this process once the server that started it is gone: no file is ever half written."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def main() -> int:
    """What the server starts: pack all, giving way to everything else; 1 where the folder cannot be written."""
    if hasattr(os, "nice"):
        os.nice(_LAST)
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    try:
        streamlit_files(read_settings(os.environ)).pack_all()
    except OSError as error:
        sys.stderr.write(f"Packed files cannot be kept, so pages are sent by gzip: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
