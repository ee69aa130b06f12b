"""What a page of another site can make a browser do to a sandbox: nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from browser.conftest import OpenPage
from browser.watching import Watch
from serving import served

from steppay_mock import Sandbox
from steppay_mock.sandbox.pages.language import words_of

if TYPE_CHECKING:
    from playwright.sync_api import Page, Response

pytestmark = pytest.mark.browser

EN = words_of("en")

_PAGE = """<!doctype html><html lang="en"><link rel="icon" href="data:,"><title>evil</title>
<form method="post" action="{target}" enctype="{kind}"><input type="hidden" name="{name}" value='{value}'>
<button>win a prize</button></form>
{more}"""


class EvilSite:
    """Serves the page that a test gives it."""

    page = ""

    def __call__(self, _environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Show the page."""
        start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
        return [self.page.encode()]

    def posts(self, target: str, name: str, value: str, *, kind: str = "", more: str = "") -> None:
        """The page has a form that posts this field there."""
        kind = kind or "application/x-www-form-urlencoded"
        self.page = _PAGE.format(target=target, kind=kind, name=name, value=value, more=more)


def press(page: Page) -> Response:
    """Press the button of the page; what the sandbox answers."""
    with page.expect_response(lambda answer: answer.request.method == "POST") as found:
        page.get_by_role("button").click()
    return found.value


@pytest.fixture
def evil() -> EvilSite:
    return EvilSite()


@pytest.fixture
def evil_url(evil: EvilSite, sandbox: Sandbox, watch: Watch) -> Iterator[str]:
    sandbox.store.checkout()
    sandbox.settle()
    watch.own(sandbox.url)
    with served(evil) as url:
        yield url


def look_of(sandbox: Sandbox) -> tuple[object, ...]:
    """What no other site may change."""
    sandbox.settle()
    status = sandbox.status()
    return len(sandbox.events), status["now"], status["held"], status["speed"], list(sandbox.endpoints)


FORMS = [
    ("/endpoints", "do", "remove"),
    ("/store/clock", "do", "day"),
    ("/store/scenario", "scenario", "refund-in-full"),
    ("/store/customers", "name", "Eve"),
    ("/deliveries/1", "do", "again"),
    ("/_mock/reset", "x", ""),
    ("/_mock/deliveries/hold", "x", ""),
    ("/pay/{code}", "do", "pay"),
]


def test_a_form_of_another_site_is_refused(
    sandbox: Sandbox, evil: EvilSite, evil_url: str, open_page: OpenPage, watch: Watch
) -> None:
    before = look_of(sandbox)
    watch.expect("status of 403")
    page = open_page(evil_url)
    for path, name, value in FORMS:
        evil.posts(sandbox.url + path.format(code=sandbox.store.orders[0].code), name, value)
        page.goto(evil_url)
        answer = press(page)
        assert answer.status == 403, path
        assert evil_url in answer.text(), "it says which site it was"
        assert look_of(sandbox) == before, path


def test_a_form_that_looks_like_json_is_refused(
    sandbox: Sandbox, evil: EvilSite, evil_url: str, open_page: OpenPage, watch: Watch
) -> None:
    before = look_of(sandbox)
    evil.posts(f"{sandbox.url}/_mock/advance", '{"days": 31, "x": "', '"}', kind="text/plain")
    watch.expect("status of 403")
    assert press(open_page(evil_url)).status == 403
    assert look_of(sandbox) == before


def test_a_site_without_an_origin_is_refused(
    sandbox: Sandbox, evil: EvilSite, evil_url: str, open_page: OpenPage, watch: Watch
) -> None:
    """A frame in a box of its own sends the Origin null."""
    before = look_of(sandbox)
    evil.posts(f"{sandbox.url}/store/clock", "do", "day")
    inner = evil.page.replace("&", "&amp;").replace('"', "&quot;")
    evil.page = f'<!doctype html><iframe sandbox="allow-forms" srcdoc="{inner}"></iframe>'
    watch.expect("status of 403", "frame-ancestors")
    page = open_page(evil_url)
    with page.expect_response(f"{sandbox.url}/store/clock") as answer:
        page.frame_locator("iframe").get_by_role("button").click()
    assert answer.value.status == 403
    assert look_of(sandbox) == before


def test_a_program_of_another_site_reads_nothing_and_acts_on_nothing(
    sandbox: Sandbox, evil: EvilSite, evil_url: str, open_page: OpenPage, watch: Watch
) -> None:
    before = look_of(sandbox)
    watch.expect("CORS", "ERR_FAILED", "status of 403")
    evil.posts("/", "x", "")
    page = open_page(evil_url)
    read = "(url) => fetch(url).then((answer) => answer.text()).catch(() => 'nothing')"
    for path in ("/_mock/status", "/_mock/endpoints", "/", "/endpoints", "/events", "/api/v1/orders"):
        assert page.evaluate(read, sandbox.url + path) == "nothing", path
    act = "([url, method, mode]) => fetch(url, { method, mode, body: '{}' }).catch(() => null)"
    for path, method in (("/_mock/reset", "POST"), ("/_mock/deliveries/hold", "POST"), ("/_mock/endpoints/eve", "PUT")):
        for mode in ("cors", "no-cors"):
            page.evaluate(act, [sandbox.url + path, method, mode])
    assert look_of(sandbox) == before


def test_a_name_that_leads_here_is_refused(sandbox: Sandbox, open_page: OpenPage, watch: Watch) -> None:
    """DNS rebinding: the name of another site is, of a sudden, this machine."""
    order = sandbox.store.checkout(pays="later")
    before = look_of(sandbox)
    port = sandbox.url.rpartition(":")[2]
    watch.expect("status of 403", "Refused to apply style")
    page = open_page(f"http://evil.test:{port}/")
    assert page.get_by_role("heading", level=1).inner_text() == EN["error_403"]
    assert "--allow-host" in page.locator("main").inner_text()
    for path in ("/", "/store", "/endpoints", f"/pay/{order.code}", "/_mock/status", "/api/v1/orders", "/events"):
        assert page.evaluate("(path) => fetch(path).then((answer) => answer.status)", path) == 403, path
    for path in ("/_mock/reset", "/store/clock", "/endpoints"):
        asked = "(path) => fetch(path, { method: 'POST', body: '{}' }).then((answer) => answer.status)"
        assert page.evaluate(asked, path) == 403, path
    assert look_of(sandbox) == before


def test_a_name_that_is_allowed_shows_the_pages(open_sandbox: Any, open_page: OpenPage) -> None:
    with open_sandbox(allow_hosts=["sandbox.test"]) as sandbox:
        port = sandbox.url.rpartition(":")[2]
        page = open_page(f"http://sandbox.test:{port}/store")
        with page.expect_navigation():
            page.get_by_role("button", name=EN["one_day"]).click()
        assert page.get_by_role("alert").count() == 0
        page.close()  # before the sandbox, which it would miss


def test_no_site_shows_a_page_within_its_own(
    sandbox: Sandbox, evil: EvilSite, evil_url: str, open_page: OpenPage, watch: Watch
) -> None:
    """A frame that nobody sees could get the clicks of the buyer."""
    order = sandbox.store.orders[0]
    evil.page = f'<!doctype html><iframe src="{sandbox.url}/pay/{order.code}"></iframe>'
    watch.expect("frame-ancestors", "X-Frame-Options")
    _, framed = open_page(evil_url).frames
    assert framed.url.startswith("chrome-error:")
    assert EN["paid"] not in framed.content()
