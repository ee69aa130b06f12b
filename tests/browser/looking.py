"""What a person sees or feels of a page, asked of the browser: width, glyphs, focus, labels."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page
    from playwright.sync_api._generated import LocatorAssertions

_AXE = Path(__file__).parent / "node_modules/axe-core/axe.min.js"
_MOST_TABS = 400

# Draws each letter of the page's Hangul, and a letter that no font has: a letter without a glyph looks like that one.
_GLYPHS = """() => {
  const style = getComputedStyle(document.body);
  const board = document.createElement("canvas");
  board.width = board.height = 40;
  const pen = board.getContext("2d", { willReadFrequently: true });
  const drawn = (letter) => {
    pen.clearRect(0, 0, 40, 40);
    pen.font = `24px ${style.fontFamily}`;
    pen.fillText(letter, 4, 30);
    return Array.from(pen.getImageData(0, 0, 40, 40).data).join();
  };
  const missing = new Set([drawn("\\u{10fffd}"), drawn(" ")]);
  const letters = [...new Set(document.body.innerText.match(/[가-힣]/g) || [])];
  const images = letters.map(drawn);
  return {
    letters: letters.length,
    images: new Set(images).size,
    missing: letters.filter((_, place) => missing.has(images[place])),
  };
}"""

_FOCUS = """(element) => {
  const style = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  return {
    here: element === document.activeElement,
    outline: style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth),
    shown: box.width > 0 && box.height > 0,
  };
}"""

# A width that was just set counts from the next frame on.
_TOO_WIDE = """async () => {
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const wide = document.documentElement.clientWidth;
  const found = document.documentElement.scrollWidth > wide || document.body.scrollWidth > wide;
  return found ? [...document.querySelectorAll("body *")]
    .filter((one) => one.getBoundingClientRect().right > wide + 1).map((one) => one.outerHTML.slice(0, 120)) : [];
}"""


def expect(thing: Locator) -> LocatorAssertions:
    """Playwright's assertions, which wait. Who only collects the tests need not load it."""
    from playwright.sync_api import expect as expected

    return expected(thing)


def too_wide(page: Page) -> list[str]:
    """What makes the page scroll to the side."""
    found: list[str] = page.evaluate(_TOO_WIDE)
    return found


def hangul_of(page: Page) -> dict[str, Any]:
    """How many letters of Hangul the page has, how many different images they are, and which have no glyph."""
    found: dict[str, Any] = page.evaluate(_GLYPHS)
    return found


def reach(page: Page, wanted: Locator) -> None:
    """Press Tab until the thing has the focus, which must be visible."""
    for _ in range(_MOST_TABS):
        page.keyboard.press("Tab")
        found = wanted.evaluate(_FOCUS)
        if found["here"]:
            assert found["shown"], "it has the focus, and nobody sees it"
            assert found["outline"] >= 2, "nothing shows that it has the focus"
            return
    pytest.fail(f"{_MOST_TABS} times Tab do not reach {wanted}")


def faults_of_access(page: Page) -> list[str]:
    """What axe-core finds: inputs without a label, letters that are hard to see, wrong roles."""
    if not _AXE.exists():
        pytest.skip("axe-core is not installed: npm ci --prefix tests/browser")
    page.evaluate(_axe())
    rules = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}}
    found = page.evaluate(f"async () => (await axe.run({json.dumps(rules)})).violations")
    return list(_told(found))


def _told(violations: list[dict[str, Any]]) -> Iterator[str]:
    for one in violations:
        for node in one["nodes"]:
            yield f"{one['id']}: {node['html'][:160]}: {node['failureSummary'].splitlines()[-1].strip()}"


@cache
def _axe() -> str:
    return _AXE.read_text(encoding="utf-8")
