"""People of a desk sign in with their newsroom's provider or by a link, and out again, in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from data.core.program import utc_now
from data.core.settings import Settings
from data.desk.database import open_database
from data.desk.people import People
from data.desk.values import AT_TERMINAL, Role
from tests.browser.conftest import OTHER, Browsers, go, settled
from tests.browser.reading import violations
from tests.conftest import serving
from tests.support.cases import cases
from tests.support.live_nights import live_night
from tests.support.provider import ENVIRON, a_provider, a_second_ago, command, secrets_file

ANA, ELI, UMA = "ana@example.org", "eli@example.org", "uma@example.org"
NewTab = Callable[..., Page]
USERS = {
    "ana": {"email": ANA, "email_verified": True},
    "eli": {"email": ELI, "email_verified": True},
    "uma": {"email": UMA, "email_verified": False},
    "zoe": {"email": "zoe@example.org", "email_verified": True},
}


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    with a_provider(**USERS) as address:
        yield address


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("desk")


@pytest.fixture(scope="module")
def people(folder: Path) -> People:
    """Ana publishes, Eli edits, and nobody has heard whether Uma's address is her own."""
    found = People(open_database(Settings(records=folder / "records")))
    for email, name, role in ((ANA, "Ana", Role.PUBLISHER), (ELI, "Eli", Role.EDITOR), (UMA, "Uma", Role.EDITOR)):
        found.set_role(AT_TERMINAL, email, role, a_second_ago(), "a test", name=name)
    return found


@pytest.fixture(scope="module")
def desk(folder: Path, provider: str, people: People) -> Iterator[str]:
    """The address of a desk whose people sign in at the provider."""
    started = command(secrets_file(folder, provider))
    night = live_night(folder, more='\n[[searches]]\nterm = "bread"\ngeo = "US"\n')
    small = {"NIGHTDESK_STORIES": str(night.stories[0]), "NIGHTDESK_STORY": "night"}
    with serving(started, NIGHTDESK_RECORDS=str(folder / "records"), **small, **ENVIRON) as address:
        yield address


@pytest.fixture
def a_browser(browsers: Browsers) -> Iterator[Callable[[], NewTab]]:
    """What opens tabs in a browser without a cookie, and then in another person's."""
    people = iter(("", OTHER))
    yield lambda: partial(browsers.tab, person=next(people))
    browsers.forget()


def opened(new_tab: NewTab, address: str) -> Page:
    page = new_tab()
    page.goto(address)
    settled(page)
    return page


def sign_in(new_tab: NewTab, desk: str, name: str) -> Page:
    """A tab of somebody who has signed in at the provider."""
    return signed_in(opened(new_tab, f"{desk}/sign-in"), desk, name)


def signed_in(page: Page, desk: str, name: str) -> Page:
    """The tab with the page for signing in, of somebody who has done so at the provider."""
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("button", name=name).click()
    page.wait_for_url(f"{desk}/**")
    settled(page)
    return page


def shows(page: Page, who: str) -> None:
    """The bar over the page names this person; for nobody there is none."""
    bar = page.locator(".st-key-desk-bar")
    if who:
        expect(bar).to_contain_text(who)
    else:
        expect(bar).to_have_count(0)


def test_signing_out_in_one_tab_ends_every_tab_at_its_next_action(a_browser: Callable[[], NewTab], desk: str) -> None:
    mine, other = a_browser(), a_browser()
    page = sign_in(mine, desk, "eli")
    shows(page, "Eli, editor")
    cookies = {cookie["name"]: cookie for cookie in page.context.cookies()}
    assert cookies["_streamlit_user"]["httpOnly"]
    tab, elsewhere = opened(mine, f"{desk}/search-trends"), sign_in(other, desk, "eli")
    shows(tab, "Eli, editor")
    shows(elsewhere, "Eli, editor")
    expect(tab.get_by_text("Import a Google Trends CSV")).to_be_visible()

    go(page, "/sign-in")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/end_session*")  # the provider is told, too
    for open_still in (tab, elsewhere):
        if open_still is tab:
            tab.get_by_text("Import a Google Trends CSV").click()
        else:
            elsewhere.reload()
        settled(open_still)
        shows(open_still, "")
    expect(tab.get_by_text("Import a Google Trends CSV")).to_have_count(0)


def test_a_role_that_is_lowered_or_taken_is_felt_at_the_next_action(
    a_browser: Callable[[], NewTab], desk: str, people: People
) -> None:
    page = sign_in(a_browser(), desk, "ana")
    go(page, "/people")
    form = page.locator("[data-testid=stForm]").last
    form.get_by_label("Email address").fill("Rae@Example.org")
    form.get_by_label("Name").fill("Rae")
    form.get_by_role("button", name="Add").click()
    expect(page.get_by_text("Rae, reporter")).to_be_visible()
    assert people.find("rae@example.org") is not None

    people.set_role(AT_TERMINAL, ELI, Role.PUBLISHER, utc_now(), "a test")
    people.set_role(AT_TERMINAL, ANA, Role.EDITOR, utc_now(), "a test")
    form.get_by_label("Email address").fill("late@example.org")
    form.get_by_role("button", name="Add").click()
    expect(page.get_by_text("Publishers say who is of the desk")).to_be_visible()
    shows(page, "Ana, editor")
    people.set_role(AT_TERMINAL, ANA, None, utc_now(), "a test")
    page.reload()
    settled(page)
    shows(page, "")
    assert people.find("late@example.org") is None
    people.set_role(AT_TERMINAL, ANA, Role.PUBLISHER, a_second_ago(), "a test", name="Ana")
    people.set_role(AT_TERMINAL, ELI, Role.EDITOR, utc_now(), "a test")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        pytest.param("uma", f"The provider does not say that {UMA} is verified", id="an address that is not verified"),
        pytest.param("zoe", "zoe@example.org has no role at this desk", id="somebody who is not of the desk"),
    ],
)
def test_who_is_nobody_here_is_told_so(a_browser: Callable[[], NewTab], desk: str, name: str, sentence: str) -> None:
    page = sign_in(a_browser(), desk, name)
    shows(page, "")
    page.goto(f"{desk}/sign-in")
    settled(page)
    expect(page.get_by_text(sentence)).to_be_visible()


def test_a_link_signs_in_once_by_a_cookie_that_no_script_reads(
    a_browser: Callable[[], NewTab], desk: str, people: People
) -> None:
    link = f"{desk}/sign-in/{people.new_token(ELI, 'link', utc_now(), timedelta(minutes=10))}"
    page = a_browser()()
    page.goto(link)
    page.goto(link)  # looked at twice, and not used up
    assert violations(page) == []
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    settled(page)
    shows(page, "Eli, editor")
    (cookie,) = [cookie for cookie in page.context.cookies() if cookie["name"] == "nightdesk_session"]
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
    assert not people.of_token(cookie["value"], "link", utc_now())

    late = a_browser()()
    late.goto(link)
    late.get_by_role("button").click()
    expect(late.get_by_role("heading", name="This link no longer works")).to_be_visible()

    page.get_by_role("button", name="Sign out").click()
    settled(page)
    shows(page, "")
    expect(page.get_by_text("Your sign-in has ended.")).to_be_visible()


@pytest.mark.parametrize(("scheme", "widths"), cases(("dark", (390, 1280)), long=[("light", (1280, 390))]))
def test_the_pages_of_people_have_no_fault_that_axe_finds(
    a_browser: Callable[[], NewTab], desk: str, scheme: Literal["light", "dark"], widths: tuple[int, ...]
) -> None:
    page = a_browser()(theme=scheme)
    page.goto(f"{desk}/sign-in")
    settled(page)
    assert violations(page) == []
    signed_in(page, desk, "ana")
    for place in ("people", "sign-in"):
        go(page, f"/{place}")
        if place == "people":
            page.locator("summary").first.click()
            settled(page)
        for width in widths:
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert violations(page) == [], place
