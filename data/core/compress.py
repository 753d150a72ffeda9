"""Bytes made smaller for the way to a browser: which packings an asker reads, and the tag that each has of its own."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable
from functools import lru_cache

import brotli

#: By their names in HTTP, the smaller one first: it is taken where both are read.
ENCODINGS = ("br", "gzip")
#: Bytes below which packing saves nothing that a network packet would notice.
TINY = 500
#: Bytes of a request's header that are read.
READ_AT_MOST = 4_096
#: What a packed body may weigh against the plain one to be worth its unpacking.
_WORTH = 0.95
#: Brotli's quality: for what waits to be sent, and for what is packed once and sent for months. The timeline's document
#: was 39.2 kB by gzip, 31.6 kB by 5 in less time, and 27.2 kB by 11 in ninety times as much.
_AT_ONCE, _BEFOREHAND = 5, 11
_REFUSED = re.compile(r"\s*q\s*=\s*0(\.0*)?\s*")
_TAG = re.compile(r'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')


def compress(body: bytes, encoding: str, *, beforehand: bool = False) -> bytes:
    """The body by one of ENCODINGS, the same bytes each time; empty where that would not be worth it."""
    if len(body) < TINY:
        return b""
    quality = _BEFOREHAND if beforehand else _AT_ONCE
    packed = brotli.compress(body, quality=quality) if encoding == "br" else gzip.compress(body, mtime=0)
    return packed if len(packed) < _WORTH * len(body) else b""


def decompress(packed: bytes, encoding: str) -> bytes:
    """What `compress` was given; ValueError for anything else."""
    try:
        return bytes(brotli.decompress(packed)) if encoding == "br" else gzip.decompress(packed)
    except (brotli.error, EOFError, OSError) as error:
        raise ValueError(f"these bytes are not packed by {encoding}: {error}") from error


@lru_cache(maxsize=256)
def accepted(header: str) -> tuple[str, ...]:
    """Those of ENCODINGS that an Accept-Encoding header takes, in their order; `;q=0` refuses one."""
    wishes = {}
    for part in header[:READ_AT_MOST].casefold().split(","):
        name, _, weight = part.partition(";")
        wishes[name.strip()] = not _REFUSED.fullmatch(weight)
    return tuple(encoding for encoding in ENCODINGS if wishes.get(encoding, wishes.get("*", False)))


def compressed_tag(tag: str, encoding: str) -> str:
    """The strong validator of a packed body: it is another representation than the plain one."""
    return f'{tag[:-1]}-{encoding}"'


def plain_tags(header: str, encoding: str) -> tuple[str, ...]:
    """The tags of an If-None-Match header that `compressed_tag` made for this packing, as they were before."""
    end = f'-{encoding}"'
    return tuple(f'{tag.removesuffix(end)}"' for tag in tags_in(header) if tag.endswith(end))


def tags_in(header: str) -> list[str]:
    """The tags of an If-None-Match header, which compares them weakly."""
    return _TAG.findall(header[:READ_AT_MOST])


def names_one(header: str, tags: Iterable[str]) -> bool:
    """Whether an If-None-Match header names one of these tags, or takes any."""
    return header.strip() == "*" or not set(tags).isdisjoint(tags_in(header))
