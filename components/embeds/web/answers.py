"""What our routes send: a body with the headers that keep it safe and let it be kept, or one sentence of refusal."""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime

from pydantic import ConfigDict, TypeAdapter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from components.embeds.bundles.hosting import LATEST
from components.embeds.documents.document import ICON_RULE, NO_ICON, inline
from components.embeds.request import Refused
from data.core.compress import ENCODINGS, READ_AT_MOST, accepted, compress, compressed_tag, names_one

#: When what failed may work.
RETRY_SECONDS = 5
_PREFERENCE = re.compile(r"\s*([\w*.+-]+/[\w*.+-]+)\s*(?:;.*?\bq\s*=\s*([01](?:\.\d{0,3})?))?.*")

_STYLE = (
    ":root{color-scheme:light dark}body{font:1.05rem/1.5 system-ui,sans-serif;max-width:40rem;margin:2rem auto;"
    "padding:0 1rem;overflow-wrap:anywhere}h1{font-size:1.3rem}"
)
_TITLES: Mapping[int, str] = {
    400: "This address cannot be answered",
    404: "There is nothing here",
    429: "Too much is asked for at once",
    501: "This form is not made here",
    503: "This cannot be drawn just now",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """A body and all headers that go with it; `tag` is its strong validator, `packed` the body by encoding.

    Packed once, not for every reader: on 2 cores the timeline's document went out 5,700 times a second as it was and
    530 times where each answer was packed anew.
    """

    __pydantic_config__ = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")
    body: bytes
    tag: str
    headers: Mapping[str, str]
    packed: Mapping[str, bytes] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.body) + sum(map(len, self.packed.values()))

    def headers_by(self, encoding: str) -> Mapping[str, str]:
        """Those of a packed body, which is another representation with a tag of its own."""
        length, tag = str(len(self.packed[encoding])), compressed_tag(self.tag, encoding)
        return {**self.headers, "Content-Encoding": encoding, "Content-Length": length, "ETag": tag}

    @property
    def tags(self) -> Iterator[str]:
        """The strong validators of the body, plain and packed."""
        yield self.tag
        yield from (compressed_tag(self.tag, encoding) for encoding in self.packed)

    def written(self) -> bytes:
        """It as JSON, its bytes in Base64; nothing in it is ever run."""
        return _WRITTEN.dump_json(self)

    @staticmethod
    def read(whole: bytes) -> Answer:
        """The answer that was written as these bytes."""
        return _WRITTEN.validate_json(whole)


_WRITTEN = TypeAdapter(Answer)


def answer_of(
    body: bytes,
    media_type: str,
    *,
    policy: str,
    file_name: str = "",
    changed: datetime | None = None,
    anyone: bool = True,
) -> Answer:
    """The answer that carries this body. `anyone` lets scripts of other sites read it.

    Last-Modified is the story's, so it is told, but only the tag is taken as proof that nothing is new: a newer
    version of this software draws the same story differently.
    """
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {
        "Content-Type": media_type,
        "Content-Length": str(len(body)),
        "Cache-Control": LATEST,
        "ETag": tag,
        "Content-Security-Policy": policy,
    }
    headers |= _OPEN if anyone else {}
    headers |= {"Content-Disposition": f'inline; filename="{file_name}"'} if file_name else {}
    headers |= {"Last-Modified": format_datetime(changed, usegmt=True)} if changed else {}
    smaller = {} if media_type.startswith(_PACKED) else {encoding: compress(body, encoding) for encoding in ENCODINGS}
    packed = {encoding: found for encoding, found in smaller.items() if found}
    headers |= {"Vary": "Accept-Encoding"} if packed else {}
    return Answer(body, tag, headers, packed)


#: What is packed by itself already.
_PACKED = ("image/png", "image/webp", "application/pdf")
#: Any site may show it and read it: it holds no more than everybody gets.
_OPEN: Mapping[str, str] = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}


def send(request: Request, answer: Answer) -> Response:
    """The answer, packed where the asker reads that, or 304 where it is held already; no body for HEAD."""
    encoding = next(filter(answer.packed.get, accepted(request.headers.get("accept-encoding", ""))), "")
    headers = answer.headers_by(encoding) if encoding else answer.headers
    held = request.headers.get("if-none-match", "")
    if held and names_one(held, answer.tags):
        bodily = ("Content-Type", "Content-Length", "Content-Disposition", "Content-Encoding")
        return Response(status_code=304, headers={k: v for k, v in headers.items() if k not in bodily})
    body = answer.packed[encoding] if encoding else answer.body
    return Response(b"" if request.method == "HEAD" else body, headers=headers)


def refuse(request: Request, refused: Refused) -> Response:
    """One sentence with its status, as a page where one is asked for, else as JSON; never kept."""
    headers = {"Vary": "Accept", "Cache-Control": "no-store", **_OPEN}
    headers |= {"Retry-After": str(RETRY_SECONDS)} if refused.status in (429, 503) else {}
    problem = refused.problem
    if not wants_page(request.headers.get("accept", "")):
        said = {"error": problem.refusal, "parameter": problem.parameter, "got": problem.got, "wants": problem.wants}
        headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
        return JSONResponse(said, refused.status, headers)
    title = _TITLES.get(refused.status, "Something went wrong on our side")
    headers["Content-Security-Policy"] = f"{only(styles=[_STYLE])}; sandbox"
    page = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>{NO_ICON}'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">'
        f"<style>{_STYLE}</style></head><body><main><h1>{title}</h1><p>{html.escape(problem.refusal)}</p></main>"
        "</body></html>"
    )
    return Response(page, refused.status, headers, media_type="text/html")


def only(*, styles: Sequence[str] = (), more: str = "") -> str:
    """A policy under which a page may use these very style texts, an icon that it holds, and `more`."""
    parts = ("default-src 'none'", f"style-src {inline(styles)}; {ICON_RULE}" if styles else "", more)
    return "; ".join((*(part for part in parts if part), "base-uri 'none'", "form-action 'none'"))


def wants_page(accept: str) -> bool:
    """Whether an Accept header names text/html at least as willingly as JSON; `*/*` alone is no wish for a page."""
    wishes = {}
    for part in accept[:READ_AT_MOST].split(","):
        if found := _PREFERENCE.fullmatch(part):
            wishes[found[1].casefold()] = float(found[2] or 1)
    page = wishes.get("text/html", 0.0)
    return page > 0 and page >= wishes.get("application/json", 0.0)
