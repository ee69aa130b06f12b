"""The badge of a card: a small SVG that says how many checks passed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest
from conformance.checked import TYPES, card_of
from conformance.zoo.flawed.signatures import VerifiesNothing
from conformance.zoo.shop import SECRET, Shop

from steppay_mock import Scorecard, check_receiver

SVG = "{http://www.w3.org/2000/svg}"


def parsed(card: Scorecard) -> Element:
    """The drawing, which is XML of SVG alone."""
    drawing = fromstring(card.as_badge())
    assert {one.tag.removeprefix(SVG) for one in drawing.iter()} == {"svg", "title", "rect", "g", "text"}
    return drawing


def said(card: Scorecard) -> tuple[str, str]:
    """What it says for a reader of the screen, and the colour."""
    drawing = parsed(card)
    label, message = (one.text for one in drawing.iter(f"{SVG}text"))
    assert drawing.attrib["aria-label"] == drawing.findtext(f"{SVG}title") == f"{label}: {message}"
    assert label == "StepPay receiver"
    return str(message), drawing.findall(f"{SVG}rect")[1].attrib["fill"]


def refuses(_environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """An app that answers everything with 404."""
    start_response("404 Not Found", [("Content-Type", "text/plain")])
    return [b"no such page"]


@pytest.fixture(scope="module")
def right() -> Scorecard:
    return card_of(Shop(), types=TYPES, only="rotation")


def test_it_says_how_many_passed_and_how_many_must_be_mended(right: Scorecard) -> None:
    wrong = card_of(VerifiesNothing(), types=TYPES, only=["rotation", "connection"])
    assert len(wrong.skipped) == 7
    assert said(right) == ("4 of 4 passed", "#15803d")
    assert said(wrong) == ("1 to mend, 3 of 4 passed", "#b91c1c")
    advice = replace(wrong, findings=(replace(wrong.findings[0], severity="should"),))
    assert said(advice) == ("3 of 4 passed", "#15803d")


def test_what_could_not_be_checked_is_not_green() -> None:
    assert said(check_receiver(refuses, secret=SECRET, quick=True)) == ("not checked", "#57606a")


def test_the_texts_fit_into_their_halves(right: Scorecard) -> None:
    drawing = parsed(right)
    left, half = drawing.findall(f"{SVG}rect")
    assert float(left.attrib["width"]) + float(half.attrib["width"]) == float(drawing.attrib["width"])
    assert half.attrib["x"] == left.attrib["width"]
    for rect, text in zip((left, half), drawing.iter(f"{SVG}text"), strict=True):
        middle, wide = float(text.attrib["x"]), float(text.attrib["textLength"])
        begin = float(rect.attrib.get("x", 0))
        assert begin < middle - wide / 2 < middle + wide / 2 < begin + float(rect.attrib["width"])
