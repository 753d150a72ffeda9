"""People: who may do what is asked of the store at every action, and a secret signs in once, or until a sign-out."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from data.core.errors import DataError
from data.desk.desk import Desk
from data.desk.quotas import QuotaReached
from data.desk.schema import TokenRecord
from data.desk.values import AT_TERMINAL, Action, Change, NotAllowed, Person, Role, RowRefused
from tests.support.desks import ANA, BEN, FROM, NOW, PAT, REPORTER, SLUG, a_desk, a_night

HOUR = timedelta(hours=1)
#: What each of them may do at least, and the act itself.
ACTS: list[tuple[Role, str, Callable[[Desk, Person], object]]] = [
    (Role.REPORTER, "write", lambda desk, who: desk.write(who, SLUG, Change("calls.csv", {}, "1", 0), NOW, FROM)),
    (Role.REPORTER, "ask", lambda desk, who: desk.ask_review(who, SLUG, NOW, FROM)),
    (Role.REPORTER, "propose", lambda desk, who: desk.proposals.propose(who, SLUG, "calls.csv", {}, NOW, FROM)),
    (Role.EDITOR, "restore", lambda desk, who: desk.restore(who, SLUG, 1, NOW, FROM)),
    (Role.EDITOR, "fetch", lambda desk, who: desk.quotas.spend(who, SLUG, "fetch", NOW, FROM)),
    (Role.EDITOR, "save a view", lambda desk, who: desk.views.save(who, SLUG, "a", "chart=timeline", NOW, FROM)),
    (Role.PUBLISHER, "publish", lambda desk, who: desk.publish(who, SLUG, NOW, FROM)),
    (Role.PUBLISHER, "schedule", lambda desk, who: desk.schedule(who, SLUG, NOW + HOUR, NOW, FROM)),
    (Role.PUBLISHER, "set a limit", lambda desk, who: desk.quotas.set(who, SLUG, "fetch", 1, NOW, FROM)),
    (Role.PUBLISHER, "add", lambda desk, who: desk.people.set_role(who, "new@example.org", Role.EDITOR, NOW, FROM)),
]  # fmt: skip


@pytest.mark.parametrize(("least", "act"), [pytest.param(one[0], one[2], id=one[1]) for one in ACTS])
def test_the_store_itself_asks_for_the_role(desk: Desk, least: Role, act: Callable[[Desk, Person], object]) -> None:
    roles = list(Role)
    for who in (REPORTER, ANA, PAT):
        if roles.index(who.role) >= roles.index(least):
            act(desk, who)
            continue
        # What a session believes to be its role is of no account.
        forged = Person(who.email, who.name, Role.PUBLISHER)
        before = len(desk.audit.rows())
        with pytest.raises(NotAllowed, match=f"that takes the role {least}, and theirs is {who.role}"):
            act(desk, forged)
        assert len(desk.audit.rows()) == before


def test_each_role_may_what_the_one_below_may() -> None:
    may = [{action for action in Action if role.may(action)} for role in Role]
    assert may[0] < may[1] < may[2] == set(Action)


def test_a_role_is_another_one_from_the_next_action_on(desk: Desk) -> None:
    desk.people.set_role(PAT, ANA.email.upper(), Role.REPORTER, NOW, FROM)
    with pytest.raises(NotAllowed):
        desk.restore(ANA, SLUG, 1, NOW, FROM)
    assert desk.people.find(" Ana@Example.org ") == Person(ANA.email, "Ana", Role.REPORTER)


def test_the_only_publisher_stays_one(desk: Desk) -> None:
    for role in (None, Role.EDITOR):
        with pytest.raises(DataError, match="the only publisher"):
            desk.people.set_role(AT_TERMINAL, PAT.email, role, NOW, FROM)
    with pytest.raises(DataError, match="'ana' is not an email address"):
        desk.people.set_role(AT_TERMINAL, "ana", Role.EDITOR, NOW, FROM)


def test_a_link_signs_in_once_and_within_its_time(desk: Desk) -> None:
    link = desk.people.new_token(ANA.email, "link", NOW, HOUR)
    assert desk.people.of_token(link, "session", NOW) is None
    assert desk.people.of_token(link, "link", NOW + HOUR) is None
    assert desk.people.spend_token(link, "link", NOW) == ANA
    assert desk.people.spend_token(link, "link", NOW) is None


def test_a_sign_out_ends_what_began_before_and_nothing_later(desk: Desk) -> None:
    before = desk.people.new_token(ANA.email, "session", NOW, HOUR)
    bens = desk.people.new_token(BEN.email, "session", NOW, HOUR)
    later = NOW + timedelta(seconds=1)
    with pytest.raises(NotAllowed, match="Ben may not change people"):
        desk.people.sign_out(BEN, ANA.email, later)
    desk.people.sign_out(ANA, ANA.email, later)
    after = desk.people.new_token(ANA.email, "session", later + timedelta(seconds=1), HOUR)
    at = later + timedelta(seconds=2)
    assert [desk.people.of_token(token, "session", at) for token in (before, bens, after)] == [None, BEN, ANA]
    assert desk.people.signed_out_since(ANA.email) == later


def test_who_is_taken_off_is_signed_out_and_a_secret_is_nowhere_in_the_database(desk: Desk) -> None:
    token = desk.people.new_token(ANA.email, "session", NOW, HOUR)
    desk.people.set_role(PAT, ANA.email, None, NOW, FROM)
    desk.people.set_role(PAT, ANA.email, Role.EDITOR, NOW, FROM)
    assert desk.people.of_token(token, "session", NOW) is None
    assert token not in desk.audit.csv().decode()


def test_who_came_back_has_no_sign_in_from_before(desk: Desk) -> None:
    """Not one that the provider vouched for, nor one whose page opened in the very moment of the removal."""
    people, later = desk.people, NOW + timedelta(minutes=2)
    assert people.begin_session("provider:a", ANA.email, NOW, NOW, HOUR) == ANA
    people.set_role(PAT, ANA.email, None, NOW + timedelta(minutes=1), FROM)
    with desk.database.writing() as session:  # read as of the desk, written once she was not
        token = TokenRecord(digest=hashlib.sha256(b"session:late").hexdigest(), kind="session", email=ANA.email,
                            made=NOW + timedelta(minutes=1), until=NOW + HOUR, spent=None)  # fmt: skip
        session.add(token)
    assert people.begin_session("provider:b", ANA.email, NOW, later, HOUR) is None
    people.set_role(PAT, ANA.email, Role.EDITOR, later, FROM)
    assert people.of_token("provider:a", "session", later) is None
    assert people.begin_session("provider:a", ANA.email, NOW, later, HOUR) is None
    assert people.of_token("late", "session", later) is None
    # Nor one whose page never opened before she was taken off.
    assert people.begin_session("provider:b", ANA.email, NOW, later, HOUR) is None
    found = people.begin_session("provider:c", ANA.email, later, later, HOUR)
    assert found and people.of_token("provider:c", "session", later) == found


def test_a_sign_out_ends_a_providers_sign_in_whose_page_never_opened(desk: Desk) -> None:
    people, later = desk.people, NOW + timedelta(minutes=2)
    people.sign_out(ANA, ANA.email, later)
    assert people.begin_session("provider:a", ANA.email, NOW, later, HOUR) is None
    assert people.begin_session("provider:b", ANA.email, later + timedelta(seconds=1), later, HOUR) == ANA


def test_presence_is_said_again_or_forgotten_after_20_seconds(desk: Desk) -> None:
    desk.presence.here(ANA, SLUG, "calls.csv 1", NOW)
    desk.presence.here(ANA, SLUG, "calls.csv 2", NOW)
    desk.presence.here(BEN, SLUG, "story.toml", NOW)
    seen = desk.presence.others(SLUG, NOW + timedelta(seconds=19), but=BEN.email)
    assert [(one.name, one.place) for one in seen] == [("Ana", "calls.csv 2")]
    assert desk.presence.others(SLUG, NOW + timedelta(seconds=20)) == ()
    desk.presence.here(ANA, SLUG, "", NOW)
    assert [one.name for one in desk.presence.others(SLUG, NOW)] == ["Ben"]


def test_a_limit_is_a_days_and_a_storys(desk: Desk) -> None:
    desk.quotas.set(PAT, "", "fetch", 2, NOW, FROM)
    assert [desk.quotas.spend(ANA, SLUG, "fetch", NOW, FROM) for _ in range(2)] == [1, 0]
    with pytest.raises(QuotaReached, match="2 times a day for small-night, and that limit is reached"):
        desk.quotas.spend(ANA, SLUG, "fetch", NOW, FROM)
    assert desk.quotas.left(SLUG, "fetch", NOW + timedelta(days=1)) == 2
    desk.quotas.set(PAT, SLUG, "fetch", 3, NOW, FROM)
    assert (desk.quotas.left(SLUG, "fetch", NOW), desk.quotas.left("other-night", "fetch", NOW)) == (1, 2)
    assert desk.quotas.left(SLUG, "import", NOW) == 30


def test_a_view_has_versions_and_articles_that_use_them(desk: Desk) -> None:
    first = desk.views.save(ANA, SLUG, "The night", "chart=timeline", NOW, FROM)
    assert desk.views.save(BEN, SLUG, "The night", "chart=timeline", NOW, FROM) == first
    article = "https://news.example.org/night"
    desk.views.use(ANA, SLUG, "The night", article, NOW, FROM)
    second = desk.views.save(BEN, SLUG, "The night", "chart=searches", NOW, FROM)
    assert (second.version, desk.views.kept(SLUG), desk.views.versions(SLUG)) == (2, (first, second), (first, second))
    assert [(one.article, one.version) for one in desk.views.uses(SLUG)] == [(article, 1)]
    desk.views.use(BEN, SLUG, "The night", article, NOW, FROM)
    assert [(one.by, one.version) for one in desk.views.uses(SLUG)] == [(BEN.email, 2)]
    assert desk.views.kept(SLUG) == (second,)
    with pytest.raises(DataError, match="has no view 'A day'"):
        desk.views.use(ANA, SLUG, "A day", article, NOW, FROM)


def test_a_second_person_decides_once(desk: Desk) -> None:
    proposal = desk.proposals.propose(ANA, SLUG, "calls.csv", {"id": "c9"}, NOW, FROM)
    with pytest.raises(NotAllowed, match="second person"):
        desk.proposals.refuse(ANA, proposal.id, NOW, FROM)
    assert desk.proposals.waiting(SLUG) == (proposal,)
    decided = desk.proposals.refuse(BEN, proposal.id, NOW, FROM)
    assert (decided.accepted, decided.decided_by, decided.cells) == (False, BEN.email, {"id": "c9"})
    with pytest.raises(DataError, match="decided on this already"):
        desk.accept(PAT, proposal.id, NOW, FROM)
    assert desk.proposals.waiting(SLUG) == ()


def test_what_is_accepted_is_written_with_it_or_goes_on_waiting(desk: Desk) -> None:
    before = desk.rows(SLUG, "calls.csv")
    proposal = desk.proposals.propose(ANA, SLUG, "calls.csv", {"id": "c9", "contest": "atlantis"}, NOW, FROM)
    with pytest.raises(RowRefused):
        desk.accept(BEN, proposal.id, NOW, FROM)
    assert (desk.proposals.waiting(SLUG), desk.rows(SLUG, "calls.csv")) == ((proposal,), before)


def test_what_no_letter_stands_for_breaks_nothing_that_is_kept(desk: Desk) -> None:
    odd = "a\0b\ud800\nc"
    desk.people.set_role(PAT, ANA.email, Role.EDITOR, NOW, odd, name=odd)
    assert desk.people.find(ANA.email) == Person(ANA.email, "a b c", Role.EDITOR)
    desk.presence.here(ANA, SLUG, odd, NOW)
    assert [one.place for one in desk.presence.others(SLUG, NOW)] == ["a b c"]
    (row,) = desk.rows(SLUG, "calls.csv")
    desk.write(ANA, SLUG, Change("calls.csv", {"note": "n"}, row.id, row.revision, odd), NOW, odd)
    desk.publish(PAT, SLUG, NOW, odd)
    assert [one.why for one in desk.folders.read(SLUG).corrections] == ["a b c"]
    for act in (
        lambda: desk.people.set_role(PAT, odd, Role.EDITOR, NOW, FROM),
        lambda: desk.write(ANA, SLUG, Change("calls.csv", {"id": odd}), NOW, FROM),
        lambda: desk.views.save(ANA, SLUG, odd, odd, NOW, FROM),
        lambda: desk.views.use(ANA, SLUG, odd, f"https://{odd}", NOW, FROM),
        lambda: desk.proposals.propose(ANA, odd, odd, {odd: odd}, NOW, FROM),
        lambda: desk.bring(ANA, odd, NOW, FROM),
        lambda: desk.files(odd),
    ):
        with pytest.raises(DataError) as told:
            act()
        assert "does not answer" not in str(told.value)


def test_the_disk_is_said_to_fill_before_it_is_full(tmp_path: Path) -> None:
    desk = a_desk(tmp_path, a_night())
    assert desk.quotas.room().sentence == ""
    small = replace(desk, settings=desk.settings.model_copy(update={"disk_mb": 50}))
    (tmp_path / "records").mkdir(exist_ok=True)
    (tmp_path / "records" / "versions.bin").write_bytes(bytes(42_000_000))
    assert re.fullmatch(r"The desk’s disk is nearly full: 4\d MB of 50 MB are in use\.", small.quotas.room().sentence)
    assert small.quotas.spend(ANA, SLUG, "import", NOW, FROM) == 29
    (tmp_path / "records" / "more.bin").write_bytes(bytes(8_000_000))
    with pytest.raises(QuotaReached, match=r"disk is full: 5\d MB of 50 MB are in use. Remove snapshots, or raise"):
        small.quotas.spend(ANA, SLUG, "import", NOW, FROM)
