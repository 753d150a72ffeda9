"""Who is signed in, on every page of the desk; and the page on which they sign in and out."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from components.cache.stories import desk_here, settings_here
from components.text import markdown
from components.workbench.notices import explained_failures
from components.workbench.page_links import OF_THE_DESK, page_at, place_here
from components.workbench.sign_in import COOKIE, issuers, vouched
from components.workbench.write_gate import origin, person
from data.core.program import utc_now
from data.desk.values import Action, Person

SIGN_IN = "sign-in"
_DEFAULT = "default"


def show_desk_bar(pages: Mapping[str, st.Page]) -> None:
    """Above the menu of everybody: the desk's own pages and who is signed in; nothing for a reader."""
    found = person()
    if found is None:
        return
    with st.container(key="desk-bar", horizontal=True, vertical_alignment="center", gap="small"):
        for address in OF_THE_DESK:
            label = markdown(f"{found.name}, {found.role}") if address == SIGN_IN else None
            st.page_link(pages[address], label=label)


def show_sign_in_link() -> None:
    """In the footer of a desk, for whoever is not signed in."""
    if settings_here().has_desk and place_here() != SIGN_IN and person() is None:
        st.page_link(page_at(SIGN_IN), label="Sign in to the desk")


def sign_out(who: Person) -> None:
    """End all of this person's sign-ins, in every tab and browser, and the provider's cookie in this one."""
    desk_here().people.sign_out(who, who.email, utc_now(), origin())
    if st.user.get("is_logged_in"):
        st.logout()
    else:
        st.rerun()


def show_sign_in() -> None:
    """Who is signed in and what they may do, or how to sign in."""
    found = person()
    st.title("Signed in" if found else "Sign in", anchor=False)
    if found is not None:
        _show_person(found)
        return
    with explained_failures():
        desk_here()  # says so where it does not answer
        _show_ways_in(st.user.to_dict())


def _show_person(who: Person) -> None:
    st.text(f"You are signed in as {who.name} ({who.email}), {who.role}.")
    st.markdown("You may:\n" + "\n".join(f"- {action}" for action in Action if who.role.may(action)))
    st.caption("Signing out ends your sign-in in every tab and on every device.")
    if st.button("Sign out", key="sign-out", type="primary"):
        sign_out(who)


def _show_ways_in(claims: Mapping[str, object]) -> None:
    names = issuers()
    if claims.get("is_logged_in"):
        said = vouched(claims, names)
        ended = "has no role at this desk, or this sign-in has ended: sign in again. A publisher adds people."
        st.text(said if isinstance(said, str) else f"{said.email} {ended}")
    elif st.context.cookies.get(COOKIE):
        st.info("Your sign-in has ended.")
    for name in names:
        label = "Sign in" if name == _DEFAULT else f"Sign in with {name.capitalize()}"
        if st.button(label, key=f"sign-in-{name}", type="primary"):
            st.login(None if name == _DEFAULT else name)
    if names:
        st.caption("A sign-in holds for 24 hours. What you may do then is for a publisher of this desk to say.")
    else:
        st.markdown("On the server, `nightdesk desk link` makes a link that signs you in once.")
