"""The images of the documentation are screens of this sandbox. UPDATE_SCREENSHOTS=1 writes them anew."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from browser.conftest import PHONE, OpenPage
from browser.screens import Screens, lived_sandbox

pytestmark = pytest.mark.browser

IMAGES = Path(__file__).parents[2] / "docs/images"
LARGEST = 150_000  # bytes


@dataclass(frozen=True, slots=True)
class Shot:
    """One image: a screen in a language, and how much of it is shown."""

    file: str
    screen: str
    lang: str = "en"
    width: int = 1120
    height: int = 640


SHOTS = (
    Shot("deliveries.png", "deliveries"),
    Shot("deliveries.ko.png", "deliveries", lang="ko"),
    Shot("delivery.png", "delivery", height=760),
    Shot("store.png", "store", height=700),
    Shot("payment-page.png", "order to pay", width=PHONE, height=820),
)


@pytest.fixture(scope="module")
def screens() -> Iterator[Screens]:
    with lived_sandbox() as found:
        yield found


@pytest.mark.parametrize("shot", SHOTS, ids=lambda shot: shot.file)
def test_a_screenshot_is_small_and_shows_the_screen(screens: Screens, open_page: OpenPage, shot: Shot) -> None:
    page = open_page(screens.url(shot.screen), lang=shot.lang)
    page.set_viewport_size({"width": shot.width, "height": shot.height})
    image = page.screenshot(animations="disabled", caret="hide")
    assert image.startswith(b"\x89PNG")
    assert 5_000 < len(image) < LARGEST
    if os.environ.get("UPDATE_SCREENSHOTS"):
        IMAGES.mkdir(exist_ok=True)
        (IMAGES / shot.file).write_bytes(image)


def test_the_documentation_has_these_images_and_no_others() -> None:
    assert {one.name for one in IMAGES.iterdir()} == {shot.file for shot in SHOTS}
    assert all(one.stat().st_size < LARGEST for one in IMAGES.iterdir())
