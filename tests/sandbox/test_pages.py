"""The frame of all pages: languages, security headers, escaped texts, errors, what is shipped."""

from __future__ import annotations

import re
import string
import subprocess
import sys
from collections.abc import Iterator
from importlib.resources import files
from typing import Any, get_args

import pytest
import requests
from sandbox.conftest import Open
from sandbox.reading_pages import ReadPage, read

from steppay_mock import Sandbox
from steppay_mock.delivery.order import DeliveryOrder
from steppay_mock.sandbox.pages.assets import ASSETS
from steppay_mock.sandbox.pages.language import LANGUAGES, words_of
from steppay_mock.sandbox.pages.portal.forms import FieldKind
from steppay_mock.store.records import Order

# Keys that are made of a name: test_portal_words.py has those of the portal.
FAMILIES = "line|method|state|badge|act|noun|doing|pays|billing"
LISTED = "|".join((*get_args(FieldKind), *(one.replace("-", "_") for one in get_args(DeliveryOrder))))
PAGES = files("steppay_mock.sandbox.pages")
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


@pytest.fixture
def order(sandbox: Sandbox) -> Order:
    return sandbox.store.checkout(pays="later")


def get(sandbox: Sandbox, path: str, **headers: str) -> requests.Response:
    return requests.get(sandbox.url + path, headers=headers, timeout=5)


def templates() -> Iterator[tuple[str, str]]:
    for one in PAGES.joinpath("templates").iterdir():
        yield one.name, one.read_text(encoding="utf-8")


# Words.


def test_every_language_has_the_same_words_with_the_same_places_to_fill_in() -> None:
    def places(words: dict[str, str]) -> dict[str, set[str]]:
        return {key: {name for _, name, _, _ in string.Formatter().parse(text) if name} for key, text in words.items()}

    korean, *others = (
        {key: text for key, text in words_of(one).items() if key != "error_404_text"} for one in LANGUAGES
    )
    for other in others:
        assert places(other) == places(korean)
    assert all(words_of(one).keys() == words_of("ko").keys() for one in LANGUAGES)
    assert all(text.strip() == text != "" for one in LANGUAGES for text in words_of(one).values())


def test_every_word_is_used_and_no_template_has_words_of_its_own() -> None:
    package = "".join(
        one.read_text(encoding="utf-8")
        for folder in (PAGES, PAGES / "payment", PAGES / "portal", PAGES / "templates")
        for one in folder.iterdir()
        if one.name.endswith((".py", ".html"))
    )
    for key in words_of("ko"):
        stem = re.sub(f"^({FAMILIES})_.*|^(wrong|order)_({LISTED})$|^error_[0-9]+(_text)?", "", key)
        assert not stem or re.search(rf"\b{stem}\b", package), f"nothing uses {key}"
    for name, text in templates():
        bare = re.sub(r"(?s)\{[{%#].*?[}%#]\}|<[^>]*>", " ", text).replace("· steppay-mock", "").replace("·", "")
        assert bare.replace("steppay-mock", "").split() == [], name


@pytest.mark.parametrize(
    ("query", "headers", "lang"),
    [
        ("", {}, "ko"),
        ("", {"Accept-Language": "en-US,en;q=0.9,ko;q=0.8"}, "en"),
        ("", {"Accept-Language": "fr,ko;q=0.5,en;q=0.1"}, "ko"),
        ("", {"Accept-Language": "fr"}, "ko"),
        ("", {"Accept-Language": "fr", "Cookie": "steppay_mock_lang=en"}, "en"),
        ("?lang=ko", {"Accept-Language": "en", "Cookie": "steppay_mock_lang=en"}, "ko"),
        ("?lang=en", {}, "en"),
        ("?lang=en-US", {}, "en"),
        ("?lang=KO_KR", {"Accept-Language": "en"}, "ko"),
        ("?lang=english", {}, "ko"),
        ("?lang=fr", {"Cookie": "steppay_mock_lang=xx"}, "ko"),
    ],
)
def test_the_language(sandbox: Sandbox, order: Order, query: str, headers: dict[str, str], lang: str) -> None:
    shown = read(get(sandbox, f"/pay/{order.code}{query}", **headers))
    assert shown.lang == lang
    assert shown.headings == [words_of(lang)["pay_order"]]


def test_a_language_that_was_chosen_stays_and_a_link_leads_to_the_other(sandbox: Sandbox, order: Order) -> None:
    path = f"/pay/{order.code}?successUrl=http%3A%2F%2Fshop.test%2F%3Fa%3D1"
    with requests.Session() as browser:
        korean = read(browser.get(sandbox.url + path, timeout=5))
        english = read(browser.get(f"{sandbox.url}/pay/{order.code}{korean.links['English']}", timeout=5))
        assert english.lang == "en"
        assert english.action is not None
        assert "successUrl=http%3A%2F%2Fshop.test%2F%3Fa%3D1" in english.action
        assert read(browser.get(sandbox.url + path, timeout=5)).lang == "en"
        assert read(browser.get(f"{sandbox.url}/nothing", timeout=5)).headings == ["There is no such page"]


# Safety.


def test_every_page_has_the_headers(sandbox: Sandbox, order: Order) -> None:
    for path in (f"/pay/{order.code}", "/nothing", "/pay/nothing", "/assets/style.css"):
        headers = get(sandbox, path).headers
        assert headers["Content-Security-Policy"] == POLICY
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "same-origin"


def test_a_form_may_lead_away_only_where_the_shop_gave_an_address(sandbox: Sandbox, order: Order) -> None:
    policy = get(sandbox, f"/pay/{order.code}?cancelUrl=http://shop.test").headers["Content-Security-Policy"]
    assert policy == POLICY.replace("form-action 'self'", "form-action 'self' http: https:")


def test_no_page_has_script_or_style_within_it() -> None:
    for name, text in templates():
        bare = re.sub(r'<script( type="module")? src="/assets/[a-z]+\.js"( defer)?></script>', "", text)
        assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=|javascript:|\|\s*safe|autoescape", bare), name
        assert not re.search(r"(src|href)=\"(https?:)?//", text), name


def test_markup_of_the_store_is_text(open_sandbox: Open) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&amp;"
    with open_sandbox(store={"product": {"name": evil}}) as sandbox:
        order = sandbox.store.checkout(pays="later")
        sandbox.pay(order, pays="fails", reason=evil)
        shown = read(get(sandbox, f"/pay/{order.code}?lang=en"))
        assert shown.tags.count("script") == shown.tags.count("img") == 0
        assert shown.alerts == [f"The last payment failed: {evil}"]
        assert any(evil in text for text in shown.texts)


def test_markup_of_the_form_and_of_the_address_is_text(sandbox: Sandbox, order: Order) -> None:
    evil = '"><script>alert(1)</script>'
    data = {"do": "recalculate", "quantity": evil, "means": evil, "reason": evil, "days": evil, "deposit": evil}
    answer = requests.post(f"{sandbox.url}/pay/{order.code}", params={"lang": evil}, data=data, timeout=5)
    shown = read(answer)
    assert shown.status == 400
    assert "script" not in shown.tags
    assert shown.fields["reason"] == evil
    assert "script" not in read(get(sandbox, "/pay/%22%3E%3Cscript%3E")).tags


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
def test_a_form_of_another_site_does_nothing(sandbox: Sandbox, order: Order, origin: str) -> None:
    data = {"do": "pay", "means": "card:TOSS"}
    url = f"{sandbox.url}/pay/{order.code}?lang=en"
    shown = read(requests.post(url, data=data, headers={"Origin": origin}, timeout=5))
    assert (shown.status, shown.headings) == (403, ["The request is refused"])
    assert len(sandbox.events) == 1
    assert requests.post(url, data=data, headers={"Origin": sandbox.url}, timeout=5).status_code == 200
    assert len(sandbox.events) > 1


def test_a_page_is_shown_by_no_foreign_name(sandbox: Sandbox, order: Order) -> None:
    shown = read(get(sandbox, f"/pay/{order.code}?lang=en", Host="evil.example"))
    assert (shown.status, order.code in shown.html) == (403, False)


# Errors.


@pytest.mark.parametrize(
    ("call", "data", "said"),
    [
        ("GET /other", None, (404, "There is no such page")),
        ("GET /pay/order_unknown", None, (404, "There is no such page")),
        ("POST /pay/order_unknown", {"do": "pay"}, (404, "There is no such page")),
        ("GET /assets/other.css", None, (404, "There is no such page")),
        ("GET /assets/..%2fframe.py", None, (404, "There is no such page")),
        ("PUT /pay/{code}", None, (405, "This page has no such method")),
        ("POST /pay/{code}", {"reason": "x" * 200_000}, (413, "The request is too large")),
    ],
)
def test_what_is_wrong_is_a_page_too(
    sandbox: Sandbox, order: Order, call: str, data: Any, said: tuple[int, str]
) -> None:
    method, path = call.format(code=order.code).split()
    url = sandbox.url + path
    answer = requests.request(method, url, data=data, timeout=5, headers={"Accept-Language": "en"})
    shown = read(answer)
    assert (shown.status, *shown.headings) == said
    assert answer.headers.get("Allow") == ("GET, HEAD, POST" if said[0] == 405 else None)
    assert len(sandbox.events) == 1


def test_head_has_no_body(sandbox: Sandbox, order: Order) -> None:
    answer = requests.head(f"{sandbox.url}/pay/{order.code}", timeout=5)
    assert (answer.status_code, answer.content) == (200, b"")


def test_fields_have_labels_and_the_page_its_width(sandbox: Sandbox, order: Order) -> None:
    html = get(sandbox, f"/pay/{order.code}").text
    assert 'name="viewport" content="width=device-width, initial-scale=1"' in html
    named = set(re.findall(r'<label for="(\w+)"', html))
    for tag in re.findall(r"<(?:input|select)[^>]*>", html):
        identifier = re.search(r'id="(\w+)"', tag)
        assert "radio" in tag or "aria-label" in tag or (identifier and identifier[1] in named), tag
    style = get(sandbox, "/assets/style.css")
    assert style.headers["Content-Type"] == "text/css; charset=utf-8"
    assert "prefers-color-scheme: dark" in style.text
    assert not re.search(r"url\(|@import", style.text)


def test_a_sandbox_without_a_page_loads_no_templates() -> None:
    program = """
import sys, urllib.request
from steppay_mock import Sandbox
with Sandbox(seed=7) as sandbox:
    code = sandbox.store.checkout(pays="later").code
    urllib.request.urlopen(sandbox.url + "/_mock/status").close()
    request = urllib.request.Request(f"{sandbox.url}/api/v1/orders/{code}", headers={"Secret-Token": sandbox.token})
    urllib.request.urlopen(request).close()
    print("jinja2" in sys.modules)
    urllib.request.urlopen(f"{sandbox.url}/api/public/orders/{code}/pay").close()
    print("jinja2" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=120)
    assert (done.stdout, done.stderr) == ("False\nTrue\n", "")


def test_every_asset_is_listed() -> None:
    assert {one.name for one in PAGES.joinpath("assets").iterdir()} == set(ASSETS)


def test_the_reader_of_pages_notices_what_is_left_open() -> None:
    with pytest.raises(AssertionError):
        ReadPage(html="<html lang='ko'><p></html>")
