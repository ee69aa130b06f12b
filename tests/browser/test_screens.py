"""What holds for every screen: both languages, a phone and a desk, with and without JavaScript, by keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from browser.conftest import DESK, PHONE, OpenPage
from browser.looking import faults_of_access, hangul_of, reach, too_wide
from browser.screens import NAMES, REFUSED, Screens, lived_sandbox
from browser.watching import Watch

from steppay_mock.sandbox.pages.language import LANGUAGES

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

every_screen = pytest.mark.parametrize("name", NAMES)


@pytest.fixture(scope="module")
def screens() -> Iterator[Screens]:
    with lived_sandbox() as found:
        yield found


@pytest.fixture
def open_screen(screens: Screens, open_page: OpenPage, watch: Watch) -> OpenPage:
    """Open a screen by its name. Browsers tell of an error page as an error."""

    def opened(name: str, **options: Any) -> Page:
        if name in REFUSED:
            watch.expect(f"status of {REFUSED[name]}")
        return open_page(screens.url(name), **options)

    return opened


def open_everything(page: Page) -> None:
    """Open what is folded."""
    page.locator("details").evaluate_all("(all) => all.forEach((one) => { one.open = true; })")


@every_screen
@pytest.mark.node
def test_it_can_be_read_in_both_languages_on_a_phone_and_at_a_desk(open_screen: OpenPage, name: str) -> None:
    page = open_screen(name, width=PHONE)
    for lang, link in LANGUAGES.items():
        page.get_by_role("link", name=link).click()
        assert page.locator("html").get_attribute("lang") == lang
        assert page.title().endswith("· steppay-mock")
        assert page.get_by_role("heading", level=1).count() == 1
        open_everything(page)
        for width in (PHONE, 800, 1100, DESK, PHONE):
            page.set_viewport_size({"width": width, "height": 800})
            assert too_wide(page) == [], width
        drawn = hangul_of(page)
        assert drawn["letters"] >= (10 if lang == "ko" else 3)
        assert drawn["missing"] == []
        assert drawn["images"] == drawn["letters"]
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert faults_of_access(page) == []


@every_screen
def test_without_javascript_it_shows_the_same(open_screen: OpenPage, name: str) -> None:
    texts = []
    for script in (True, False):
        page = open_screen(name, script=script)
        page.locator("button[type=button]").evaluate_all("(all) => all.forEach((one) => one.remove())")  # of the script
        texts.append(page.locator("main").inner_text())
    assert texts[0] == texts[1]


def test_the_main_thing_of_each_is_reached_by_keyboard_and_seen(screens: Screens, open_screen: OpenPage) -> None:
    page = open_screen("no such page")
    reach(page, page.get_by_role("link", name="한국어"))
    for name, text in (
        ("deliveries", "Show"),
        ("delivery", "Resend"),
        ("store", "Play"),
        ("endpoints", "Show the key"),
        ("order to pay", "Pay"),
        ("order that waits", "Let the money arrive now"),
    ):
        page.goto(screens.url(name))
        reach(page, page.get_by_role("button", name=text, exact=True).first)
    page.goto(screens.url("deliveries"))
    for text in ("Store", "payment.completed"):
        reach(page, page.get_by_role("link", name=text, exact=True).first)


def test_the_language_is_changed_on_the_page_and_stays(screens: Screens, open_page: OpenPage) -> None:
    page = open_page(screens.url("store"), lang="ko")
    page.get_by_role("link", name="English").click()
    assert page.locator("html").get_attribute("lang") == "en"
    page.get_by_role("link", name="Endpoints").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Endpoints"


# The tools of this file find what they look for.


def test_what_is_wrong_is_found(screens: Screens, open_page: OpenPage) -> None:
    page = open_page(screens.url("order to pay"), lang="ko", width=PHONE)
    page.evaluate("() => { document.querySelector('h1').style.width = '900px'; }")
    assert any("<h1" in one for one in too_wide(page))
    page.evaluate("() => { document.querySelector('select').removeAttribute('id'); }")
    assert any(one.startswith("select-name") for one in faults_of_access(page))
    button = page.get_by_role("button").first
    button.evaluate("(one) => one.style.outline = 'none'")
    with pytest.raises(AssertionError, match="nothing shows that it has the focus"):
        reach(page, button)
