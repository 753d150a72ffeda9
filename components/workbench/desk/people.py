"""People and roles: who is of the desk, and a form for each of them."""

from __future__ import annotations

import streamlit as st

from components.cache.stories import desk_here
from components.text import markdown
from components.workbench.desk.audit_part import show_audit
from components.workbench.desk.seat import act_and_draw, own_clock, take_seat
from components.workbench.write_gate import may_write
from data.core.program import utc_now
from data.desk.people import People
from data.desk.values import Action, Member, Role

_MAY = {
    Role.REPORTER: "writes drafts and asks for a review",
    Role.EDITOR: "also restores and saves, accepts a recorder’s calls, and has sources asked",
    Role.PUBLISHER: "also publishes, and says who is of the desk",
}


def show_people() -> None:
    """Everybody of the desk, each with a form, and one more form for somebody new; a sentence for who may not."""
    if not may_write(Action.GOVERN):
        st.info("Publishers say who is of the desk: sign in as one of them.")
        return
    st.markdown("\n".join(f"- **{role.capitalize()}** {may}." for role, may in _MAY.items()))
    people = desk_here().people
    for member in people.all():
        _show_member(people, member)
    _show_new(people)
    st.subheader("Audit of the whole desk", anchor=False)
    if seat := take_seat():
        show_audit(seat, "", own_clock())


def _show_new(people: People) -> None:
    st.subheader("Somebody new", anchor=False)
    with st.form("new-person", clear_on_submit=True):
        email = st.text_input("Email address, as the provider gives it", key="new-email")
        name = st.text_input("Name, as others here read it", key="new-name")
        role = st.selectbox("Role", list(Role), format_func=str.capitalize, key="new-role")
        if st.form_submit_button("Add", type="primary", key="new-add"):
            act_and_draw(
                Action.GOVERN,
                lambda who, origin: people.set_role(who, email, role, utc_now(), origin, name=name),
                f"Added: {email}.",
            )


def _show_member(people: People, member: Member) -> None:
    found = member.person
    with st.expander(markdown(f"{found.name}, {found.role}"), key=f"person-{found.email}"):
        st.text(found.email)
        with st.form(f"change-{found.email}", border=False):
            name = st.text_input("Name", found.name)
            role = st.selectbox("Role", list(Role), list(Role).index(found.role), format_func=str.capitalize)
            if st.form_submit_button("Save", key=f"save-{found.email}"):
                act_and_draw(
                    Action.GOVERN,
                    lambda who, origin: people.set_role(who, found.email, role, utc_now(), origin, name=name),
                    f"{name} is a {role}, from their next action on.",
                )
        with st.container(horizontal=True):
            if st.button("Sign out everywhere", key=f"end-{found.email}"):
                act_and_draw(
                    Action.GOVERN,
                    lambda who, origin: people.sign_out(who, found.email, utc_now(), origin),
                    f"{found.name} is signed out.",
                )
            if st.button("Take off the desk", key=f"remove-{found.email}"):
                act_and_draw(
                    Action.GOVERN,
                    lambda who, origin: people.set_role(who, found.email, None, utc_now(), origin),
                    f"{found.name} no longer has a role at the desk.",
                )
