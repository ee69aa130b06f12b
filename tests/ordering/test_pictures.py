"""The pictures of counterexamples: whole ones, kept beside this file without their styles, and what holds for all.

After a change that was meant: ``UPDATE_REPORTS=1 pytest tests/ordering/test_pictures.py``, and look at the picture.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from ordering.test_text import TOLD

from steppay_mock.ordering.report.svg_diagram import draw

PICTURES = Path(__file__).parent / "pictures"
DRAWN = [name for name, told in TOLD.items() if told().counterexample is not None]
SVG = "{http://www.w3.org/2000/svg}"


def picture(name: str) -> str:
    found = TOLD[name]().counterexample
    assert found is not None
    return draw(found)


def numbers(name: str, kind: str, *wanted: str) -> list[tuple[float, ...]]:
    """The numbers of all elements of a class."""
    elements = [one for one in ET.fromstring(picture(name)).iter() if one.get("class") == kind]
    return [tuple(float(one.get(key, "")) for key in wanted) for one in elements]


@pytest.mark.parametrize("name", DRAWN)
def test_a_picture_is_the_one_that_is_kept(name: str) -> None:
    path = PICTURES / f"{name}.svg"
    drawn = re.sub("<style>.*?</style>", "", picture(name), flags=re.DOTALL).replace("><", ">\n<") + "\n"
    if os.environ.get("UPDATE_REPORTS"):
        path.write_text(drawn, encoding="utf-8")
    assert drawn == path.read_text(encoding="utf-8")


def test_no_picture_is_kept_of_what_is_gone() -> None:
    assert {path.stem for path in PICTURES.iterdir()} == set(DRAWN)


@pytest.mark.parametrize("name", DRAWN)
def test_each_arrow_goes_from_steppay_to_the_receiver_and_its_answer_stands_beside_it(name: str) -> None:
    lines = [left for left, _ in numbers(name, "life", "x1", "x2")]
    arrows = numbers(name, "arrow", "x1", "x2", "y1", "y2")
    answers = numbers(name, "chip", "x", "y")
    assert len(arrows) == len(answers) > 0
    for (start, end, top, bottom), (beside, at) in zip(arrows, answers, strict=True):
        steppay, receiver = next((one, two) for one, two in zip(lines[::2], lines[1::2], strict=True) if one == start)
        assert steppay < end < receiver < beside
        assert top == bottom
        assert abs(at - top) < 10


@pytest.mark.parametrize("name", DRAWN)
def test_deliveries_at_one_position_are_drawn_at_one_height(name: str) -> None:
    heights = [top for _, top in numbers(name, "arrow", "x1", "y1")]
    found = TOLD[name]().counterexample
    assert found is not None
    assert len(set(heights)) == max(len(found.failing.course), len(found.passing.course))
    assert min(abs(one - two) for one in {*heights, 0.0} for two in heights if one != two) > 40
