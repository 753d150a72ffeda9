"""What Google Trends offers to answer before it does: a widget for each chart, with a token and what it understood."""

from __future__ import annotations

from collections.abc import Sequence

from data.errors import SourceChanged
from data.sources.trends_json import expect, inside, listed
from data.sources.trends_request import TrendsRequest


def check_offers(answer: object) -> None:
    """Raises SourceChanged unless this is a list of widgets, each with an id."""
    for widget in listed(answer, "widgets", "the offer"):
        expect(inside(widget, "id", "a widget"), str, "id of a widget")


def check_offered(widgets: Sequence[object], what: str) -> None:
    """Raises SourceChanged unless every one of these widgets can be asked for its numbers."""
    for widget in widgets:
        if not expect(widget, dict, "a widget"):
            raise SourceChanged(f"Google Trends does not offer {what} for this request.")
        expect(inside(widget, "request", f"the offer of {what}"), dict, f"the request for {what}")
        expect(inside(widget, "token", f"the offer of {what}"), str, f"the token for {what}")


def check_echo(widget: object, request: TrendsRequest) -> None:
    """Raises SourceChanged where Google is about to answer another request: it repeats terms and place."""
    items = listed(inside(widget, "request", "the offer"), "comparisonItem", "the offer")
    if len(items) != len(request.terms):
        raise SourceChanged(f"Google Trends offers {len(items)} series where {len(request.terms)} were asked for.")
    for item in items:
        if bool(expect(item, dict, "a series").get("geo")) != bool(request.geo):
            raise SourceChanged("Google Trends offers another place than was asked for.")


def user_type(widget: object) -> str:
    """What Google takes the client for, in its words; "" where it says nothing. It may sample differently by it."""
    asked = expect(inside(widget, "request", "the offer"), dict, "the offer")
    config = asked.get("userConfig")
    said = config.get("userType") if isinstance(config, dict) else None
    return said[:200] if isinstance(said, str) else ""


def term_of(widget: object) -> str:
    """The term that a widget of related queries or topics belongs to. Raises SourceChanged where it names none."""
    restriction = inside(inside(widget, "request", "the offer"), "restriction", "the offer")
    words = listed(inside(restriction, "complexKeywordsRestriction", "the offer"), "keyword", "the offer")
    if not words:
        raise SourceChanged("Google Trends has changed its answers: related searches belong to no term.")
    return expect(inside(words[0], "value", "the offer"), str, "the term of related searches")
