"""Requests that are nearly right: addresses of real charts with a part or two broken, so that they reach far in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar
from urllib.parse import quote

from hypothesis import strategies as st

from components.charts.catalogue import KINDS, publishable
from components.embeds.formats import ANIMATED, forms_of
from tests.support.asking import SITE

T = TypeVar("T")
Pairs = tuple[tuple[str, str], ...]

#: What is drawn in a process of its own is asked for with one of these, so that it is refused: other tests draw it.
_BESIDE = ("png", "pdf", ANIMATED)
_UNDRAWABLE: Pairs = (
    ("width", "319"), ("scale", "4.5"), ("shape", "round"), ("theme", "sepia"), ("at", "2016-11-07T00:00Z"),
)  # fmt: skip
_NIGHT: tuple[Pairs, ...] = (
    (),
    (("clock", "UTC"), ("theme", "dark")),
    (("from", "2016-11-08T23:00Z"), ("to", "2016-11-09T05:00Z"), ("caller", "cnn")),
    (("at", "2016-11-09T03:50Z"), ("when", "known")),
    (("lanes", "results,outages"), ("width", "640"), ("scale", "2"), ("shape", "social")),
)
#: Queries that mean something, by the chart that they are asked of.
SOUND: dict[str, tuple[Pairs, ...]] = dict.fromkeys(publishable(), _NIGHT) | {
    "claim": ((), (("series", "site:cic"), ("event", "US-FL")), (("event", "decisive-call"), ("caller", "Fox"))),
    "compare": (
        (("with", "us-2020"),),
        (("with", "us-2020"), ("t0", "first-call"), ("lanes", "results")),
        (("with", "us-2024"), ("t0", "polls-close"), ("clock", "UTC")),
    ),
}
PARAMETERS = (
    "from", "to", "clock", "caller", "lanes", "at", "when", "series", "event", "with", "t0",
    "theme", "width", "scale", "shape",
)  # fmt: skip
#: What an oEmbed consumer says.
WISHES = ("url", "format", "maxwidth", "maxheight")
_TIMES = (
    "2016-11-09T03:00:30Z", "2016-11-09T03:50", "2016-02-30T00:00Z", "2016-11-09T03:50:00+99:99", "now",
    "0001-01-01T00:00Z", "9999-12-31T23:59Z", "1970-01-01T00:00Z", "2100-12-31T23:59:59-12:00",
)  # fmt: skip
_KEYS = (
    "site:", "site:nowhere", "marks", "rise:x", "observations:x", "US-XX", "calls:2016-11-09T03:50:00Z", "calls:x",
    "closing:x", "closing:0001-01-01T00:00:00Z", "milestone:x", "concession", "us-2016", "uk-2016", "nowhere",
)  # fmt: skip
_WORDS = (
    "", "AP", "ap-and-fox", "UTC", "Factory", "../../etc/passwd", "interest,weather", ",,,", "auto,dark", "{}", "%00",
    "<script>alert(1)</script>", "\u202e", "١٢٣", "9" * 400, "x" * 4_200,
)  # fmt: skip
_NUMBERS = ("NaN", "inf", "-1", "0", "1e9", "319", "2401", "640.5", "4.0001", "2", "4")
ODD = st.sampled_from((*_TIMES, *_KEYS, *_WORDS, *_NUMBERS)) | st.text(max_size=20)
_SEGMENTS = st.sampled_from(
    ("..", "%2e%2e", "..%2f..%2fetc", "%00", "%ff", "~", "", "timeline", "timeline.svg.png", "Timeline", "TIMELINE.PNG")
) | st.text(max_size=12).map(lambda text: quote(text, safe=""))
_HOSTS = (
    "http://desk.example:80", "https://desk.example", "http://desk.example:x", "http://evil.example", "//desk.example",
    "ftp://desk.example", "http://desk.example@evil.example", "http://[::1", "", "javascript:",
)  # fmt: skip


@dataclass(frozen=True)
class Nearly:
    """A path in its parts, and what is asked there."""

    start: str
    story: str
    name: str
    pairs: Pairs = ()
    more: str = ""

    @property
    def query(self) -> str:
        return "&".join(f"{quote(key, safe='')}={quote(value, safe=':,')}" for key, value in self.pairs)

    @property
    def target(self) -> str:
        """The path with its query."""
        return f"/{self.start}/{self.story}/{self.name}{self.more}{'?' if self.pairs else ''}{self.query}"


Break = Callable[[Nearly], Nearly]

#: Requests in which nothing is broken: every chart as a document and as data, and its share page.
_EMBEDS = tuple(
    Nearly("embed", "us-2016", name, pairs)
    for chart in KINDS
    for name in (chart, *(f"{chart}.{form}" for form in forms_of(KINDS[chart]) if form not in _BESIDE))
    for pairs in SOUND[chart]
)
_PICTURES = tuple(
    Nearly("embed", "us-2016", f"{chart}.{form}", (*pairs, undrawable))
    for chart in KINDS
    for form in forms_of(KINDS[chart])
    if form in _BESIDE
    for pairs in SOUND[chart]
    for undrawable in _UNDRAWABLE
)
_SHARED = tuple(Nearly("s", "us-2016", chart, pairs) for chart in KINDS for pairs in SOUND[chart])


def _another_value(key: str, value: str) -> Break:
    return lambda one: replace(one, pairs=(*(pair for pair in one.pairs if pair[0] != key), (key, value)))


def _two_values(key: str, value: str) -> Break:
    return lambda one: replace(one, pairs=(*one.pairs, (key, value), (key, "2")))


def _another_name(part: str) -> Break:
    return lambda one: replace(one, name=part)


def _another_story(part: str) -> Break:
    return lambda one: replace(one, story=part)


def _more_behind(part: str) -> Break:
    return lambda one: replace(one, more=f"/{part}")


_KEYED = st.sampled_from(PARAMETERS)
_VALUE = st.builds(_another_value, _KEYED, ODD)
_OTHER = st.one_of(
    st.builds(_two_values, _KEYED, ODD),
    st.builds(_another_value, st.text(min_size=1, max_size=8), ODD),
    *(st.builds(another, _SEGMENTS) for another in (_another_name, _another_story, _more_behind)),
)


def _in(shares: Sequence[tuple[int, st.SearchStrategy[T]]]) -> st.SearchStrategy[T]:
    """Each of these so many times; `one_of` takes one that is given twice as given once."""
    return st.sampled_from([one for times, one in shares for _ in range(times)]).flatmap(lambda one: one)


#: Mostly a value, since those are read last.
_BREAKS = _in([(5, _VALUE), (1, _OTHER)])


def _after(one: Nearly, *breaks: Break) -> Nearly:
    """The request with these parts broken."""
    for broken in breaks:
        one = broken(one)
    return one


def _requests(sound: Sequence[Nearly]) -> st.SearchStrategy[Nearly]:
    """One in sixteen of these as it is, the others with one part broken, or two."""
    one = st.sampled_from(sound)
    broken, twice = st.builds(_after, one, _BREAKS), st.builds(_after, one, _BREAKS, _BREAKS)
    return _in([(1, one), (10, broken), (5, twice)])


def _oembed(host: str, path: str, wishes: list[tuple[str, str]]) -> str:
    asked = [("url", host + path), *wishes]
    return "/oembed?" + "&".join(f"{key}={quote(value, safe='')}" for key, value in asked)


#: Requests for documents, pictures and data, and for share pages.
REQUESTS = _in([(3, _requests(_EMBEDS)), (2, _requests(_PICTURES)), (1, _requests(_SHARED))])
#: Addresses that a consumer may be given: of charts and of the app's pages, with the same views.
_ADDRESSES = _requests((*_SHARED, *_EMBEDS[::7], *_PICTURES[::7])).map(lambda one: one.target) | st.builds(
    lambda page, one: f"/{page}?{one.query}",
    st.sampled_from(("", "timeline", "search-trends", "outage-reports", "check-a-claim", "nowhere")),
    _requests(_SHARED),
)
_ROOM: st.SearchStrategy[tuple[str, str]] = st.one_of(
    st.tuples(st.sampled_from(("maxwidth", "maxheight")), st.sampled_from(("1", "320", "640", "99999"))),
    st.tuples(st.sampled_from(("maxwidth", "maxheight")), ODD),
    st.tuples(st.just("format"), st.sampled_from(("json", "json", "xml", "JSON"))),
)
#: Requests of oEmbed consumers: addresses of ours, whole or broken, with the room that there is.
OEMBED = st.builds(
    _oembed,
    st.sampled_from((*[SITE] * 20, *_HOSTS)),
    _ADDRESSES,
    st.lists(_ROOM, max_size=2),
)
#: Every kind of request there is.
TARGETS = _in([(2, REQUESTS.map(lambda one: one.target)), (1, OEMBED)])
