"""The page Compare nights: the other story, where both clocks start, and what either night has no time of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import streamlit as st

from components.cache.cached import load_nightly
from components.charts.night_pairs import anchor_to_use, caller_in, lacks, night_name, said, shared_anchors
from components.text import markdown
from components.view.address import quote
from components.view.view_state import ViewState
from components.workbench.address_bar import change, story_named, titles_here
from components.workbench.menus import show_menu
from components.workbench.notices import show_problems
from components.workbench.show_chart import show_chart
from data.evidence.anchors import NIGHTLY
from data.story.story import Story


def partners(story: Story, caller: str) -> dict[str, tuple[str, ...]]:
    """The other stories here with the keys of NIGHTLY that each shares with this one, the most first."""
    own = load_nightly(story, caller)
    others = [story_named(slug) for slug in titles_here() if slug != story.slug]
    found = {other.slug: shared_anchors(own, load_nightly(other, caller_in(other, caller))) for other in others}
    return dict(sorted(found.items(), key=lambda entry: -len(entry[1])))


def paired(view: ViewState, found: dict[str, tuple[str, ...]]) -> ViewState:
    """The view with the other story and the start that it asks for, or that stand in for what it cannot have."""
    other = view.other if view.other in found else next(iter(found), "")
    return replace(view, other=other, t0=anchor_to_use(found.get(other, ()), view.t0))


def pair_here(story: Story, view: ViewState) -> ViewState | None:
    """The view with a night to hold beside this one and their start; None where this server has no such night."""
    chosen = paired(view, partners(story, view.caller))
    return chosen if chosen.t0 else None


def with_pair(story: Story, view: ViewState) -> ViewState:
    """The view with its pair written out, so that no later story can change what a copied link shows."""
    return pair_here(story, view) or view


def choose_pair(story: Story, view: ViewState) -> ViewState | None:
    """Both choices; None where there is nothing to compare, which is said."""
    found = partners(story, view.caller)
    if not found:
        st.info("This server has only one story, so there is no other night to compare it with.")
        return None
    chosen = paired(view, found)
    show_problems(_replaced(story, view, chosen, found))
    with st.container(key="choose-pair", horizontal=True, vertical_alignment="bottom", gap="small"):
        _choose_other(story, chosen, found)
        if chosen.t0:
            _choose_start(story, chosen, found[chosen.other])
    if not chosen.t0:
        common = "The two nights have no event in common from which both could be counted."
        st.info(" ".join([*_missing(story, chosen), common]))
        return None
    return chosen


def _missing(story: Story, view: ViewState) -> list[str]:
    """What either night lacks of the events that both could be counted from, a sentence each."""
    other = story_named(view.other)
    own, theirs = load_nightly(story, view.caller), load_nightly(other, caller_in(other, view.caller))
    found = [lacks(night_name(one), anchors) for one, anchors in ((story, own), (other, theirs))]
    return [markdown(sentence) for sentence in found if sentence]


def _replaced(story: Story, view: ViewState, chosen: ViewState, found: dict[str, tuple[str, ...]]) -> Iterable[str]:
    """What the address asks for and cannot have, one sentence each."""
    if view.other and view.other != chosen.other:
        same = view.other == story.slug
        wrong = "is the story that is shown already" if same else "is not a story here to compare with"
        yield f"In the address, “with” is {quote(view.other)}, which {wrong}; showing {chosen.other}."
    if view.t0 and chosen.t0 and view.t0 != chosen.t0:
        names = ", ".join(found[chosen.other])
        yield f"In the address, “t0” is {quote(view.t0)}; both nights have {names}. Showing {chosen.t0}."


def _choose_other(story: Story, view: ViewState, found: dict[str, tuple[str, ...]]) -> None:
    names = {slug: night_name(story_named(slug)) for slug in found}
    # A menu tells its entries apart by their words alone.
    names = {slug: name if [*names.values()].count(name) == 1 else f"{name} ({slug})" for slug, name in names.items()}

    def chosen(slug: str) -> None:
        change(story, lambda now: replace(now, other=slug, t0=now.t0 if now.t0 in found[slug] else ""))

    beside = markdown(f"Beside {night_name(story)}")
    show_menu("with", beside, list(found), view.other, chosen, named=names.__getitem__, width=280)


def _choose_start(story: Story, view: ViewState, shared: tuple[str, ...]) -> None:
    def chosen(key: str) -> None:
        change(story, lambda now: replace(now, other=view.other, t0=key))

    show_menu("t0", "Counted from, on both nights", shared, view.t0, chosen, named=NIGHTLY.__getitem__, width=280)


def show_comparison(story: Story, view: ViewState) -> None:
    """Both nights over the same stretch before and after the event that they share."""
    other = story_named(view.other)
    show_chart(story, "compare", view, other=other)
    # Beneath all that belongs to the chart: above it, they kept it from the first view.
    st.caption(
        f"The range is that of {markdown(night_name(story))}; {markdown(night_name(other))} is shown as long before "
        f"and after its own {said(view.t0)}."
    )
    if missing := _missing(story, view):
        with st.container(key="pair-offered"):
            st.caption(" ".join(["An event is offered where both nights have it.", *missing]))
