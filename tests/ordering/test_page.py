"""The page of an exploration: it has everything that is known, with pictures, and runs no foreign markup."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256
from xml.etree import ElementTree as ET

import pytest
from ordering import cases
from ordering.cases import CREATED, ORDER, PAYMENT, RECOVERED, TOKEN, UNPAID, counterexample, event, exploration
from ordering.test_text import TOLD
from page_reader import PageReader

from steppay_mock import Event
from steppay_mock.ordering.counterexample import Counterexample
from steppay_mock.ordering.exploration import Exploration
from steppay_mock.ordering.report.page import write_pages
from steppay_mock.ordering.report.svg_diagram import draw

SVG = "{http://www.w3.org/2000/svg}"
LIFE = (CREATED, UNPAID, RECOVERED)
ATTACK = "</style></title><script>alert(1)</script><img src=x onerror=alert(1)>\"'&\x00\u202e\ud800\uffff김하늘"


def attacked() -> Exploration:
    first = event(ATTACK, subscriptionId=ATTACK, status=ATTACK)
    second = event("subscription.updated", second=9, subscriptionId=ATTACK, status=ATTACK * 20)

    def raises(state: cases.State, one: Event) -> str:
        state[ATTACK] = {ATTACK: one.data["status"]}
        return f"500, the app raised: ValueError: {ATTACK}"

    found = counterexample(raises, (first, second), (1, 0))
    return exploration(found, name=ATTACK, receiver=ATTACK)


PAGES: dict[str, Callable[[], Exploration]] = {**TOLD, "attacked": attacked}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_loads_nothing_and_runs_nothing(name: str) -> None:
    page = PAGES[name]().as_html()
    page.encode("utf-8")
    read = PageReader(page)
    assert not {"script", "img", "link", "iframe", "object", "a", "form", "base"} & {tag for tag, _ in read.elements}
    for _, attributes in read.elements:
        assert not {key for key in attributes if key.startswith("on") or key in {"style", "src", "href", "action"}}
    assert page.count("url(") == page.count("@import") == 0
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff\ufffe\uffff]", page)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_allows_its_own_styles_alone(name: str) -> None:
    page = PAGES[name]().as_html()
    policies = [attributes["content"] for tag, attributes in PageReader(page).elements if "http-equiv" in attributes]
    styles = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    hashes = " ".join(f"'sha256-{b64encode(sha256(style.encode()).digest()).decode()}'" for style in styles)
    assert policies == [f"default-src 'none'; style-src {hashes}; base-uri 'none'; form-action 'none'"]
    assert "prefers-color-scheme: dark" in styles[0]


def test_a_page_says_what_the_report_says() -> None:
    found = TOLD["stale-overwrite"]()
    text = PageReader(found.as_html()).text
    assert found.counterexample is not None
    for told in (
        "When subscription.updated 2 arrives after 3, $['41'].status is 'UNPAID', not 'ACTIVE'.",
        found.counterexample.anomaly.meaning,
        found.counterexample.anomaly.fix,
        "+31d 00:00:00",
        f'replay("{TOKEN}", receiver, state=state, events=events)',
        "2 events, 1 inversion, 0 repeats. Everything smaller was tried, and passes.",
        "a renewal, delivered to the WSGI app shop",
    ):
        assert told in text


def test_a_page_of_a_yes_says_what_it_rests_on() -> None:
    text = PageReader(TOLD["proved"]().as_html()).text
    assert "proved: all 3,628,800 orders of 10 events end the same" in text
    assert "The proof assumes that the probe (state=) shows all state that matters" in text
    assert "12,600 deliveries, 1,024 states, 2.1 s, seed 7" in text
    assert "differs: $.subscriptions[id=41].status" in text
    assert "2,184 of 2,184 orders of any 3 events" in PageReader(TOLD["covered"]().as_html()).text


def test_a_page_of_neither_says_what_is_next() -> None:
    text = PageReader(TOLD["vacuous"]().as_html()).text
    assert "vacuous: nothing was tested, so nothing is proved." in text
    assert "Every event was refused." in text
    assert "Are secret=, path= and the probe (state=) right?" in text


def test_a_stranger_is_shown_and_not_obeyed() -> None:
    text = PageReader(attacked().as_html()).text
    assert "<script>alert(1)</script>" in text
    assert "김하늘" in text
    assert "\\u202e" in text


def test_a_page_has_the_payloads_and_programs_folded() -> None:
    page = TOLD["stale-overwrite"]().as_html()
    titles = re.findall(r"<details><summary>(.*?)</summary><pre>", page)
    assert titles == [
        *("The payload of 2 subscription.updated", "The payload of 3 subscription.updated"),
        *("With curl", "As a test for pytest", "As a test for Vitest"),
    ]
    text = PageReader(page).text
    assert '"subscriptionId": 41,\n    "status": "UNPAID"' in text
    assert "<script>" not in attacked().as_html()


def test_several_explorations_are_one_page() -> None:
    found = [TOLD["proved"](), TOLD["stale-overwrite"](), attacked()]
    page = write_pages(
        found, rows=(("Scenario", "Verdict"), [(one.name, one.verdict) for one in found]), varied="seeds"
    )
    read = PageReader(page)
    assert [tag for tag, _ in read.elements].count("section") == 3
    assert "1 of 3 right" in read.text
    assert "<script>" not in page
    (policy,) = [attributes["content"] for tag, attributes in read.elements if "http-equiv" in attributes]
    styles = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    assert len(styles) == 3
    for style in styles:
        assert b64encode(sha256(style.encode()).digest()).decode() in str(policy)


def drawn(found: Counterexample) -> ET.Element:
    return ET.fromstring(draw(found))


def words(picture: ET.Element, kind: str = "") -> list[str]:
    texts = picture.iter(f"{SVG}text")
    return ["".join(one.itertext()) for one in texts if not kind or one.get("class") == kind]


@pytest.mark.parametrize("name", [name for name in PAGES if PAGES[name]().counterexample is not None])
def test_a_picture_is_xml_and_nothing_lies_outside(name: str) -> None:
    found = PAGES[name]().counterexample
    assert found is not None
    picture = drawn(found)
    width, height = float(picture.get("width", "")), float(picture.get("height", ""))
    rectangles, texts = list(picture.iter(f"{SVG}rect")), list(picture.iter(f"{SVG}text"))
    assert rectangles
    assert texts
    for one in rectangles:
        left, top, wide, high = (float(one.get(key, "")) for key in ("x", "y", "width", "height"))
        assert left >= 0
        assert top >= 0
        assert left + wide <= width
        assert top + high <= height
    for one in texts:
        assert 0 < float(one.get("y", "")) < height
        assert len("".join(one.itertext())) <= 60


def test_a_picture_shows_both_orders_with_the_swap_marked() -> None:
    picture = drawn(counterexample(cases.overwrites, LIFE, (0, 2, 1)))
    assert words(picture, "label") == [
        *("1 subscription.created", "2 subscription.updated", "3 subscription.updated"),
        *("1 subscription.created", "3 subscription.updated", "2 subscription.updated"),
    ]
    assert words(picture, "chip") == ["204"] * 6
    assert words(picture, "actor") == ["StepPay", "receiver"] * 2
    classes = [one.get("class") for one in picture.iter()]
    assert classes.count("band") == 4
    assert classes.count("link") == 2
    assert words(picture)[-3:] == ["how it ends", "$['41'].status", "'UNPAID'"]


def test_a_picture_shows_a_repeat_beside_nothing() -> None:
    picture = drawn(counterexample(cases.mails, (ORDER, PAYMENT), (1, 1), kind="effects", effects=True))
    assert words(picture, "label") == [*("2 payment.completed",) * 2, "2 payment.completed (again)"]
    assert [one.get("class") for one in picture.iter()].count("link") == 0
    assert words(picture)[-3:] == ["how it ends", "mail about 9", "twice"]


def test_a_picture_shows_what_was_refused() -> None:
    picture = drawn(counterexample(cases.refuses_orphans, (ORDER, PAYMENT), (1, 0), kind="answer"))
    assert words(picture, "chip") == ["204", "204", "500", "204"]
    moods = [one.get("class") for one in picture.iter(f"{SVG}rect") if one.get("class") in {"good", "bad"}]
    assert moods == ["good", "good", "bad", "good"]
