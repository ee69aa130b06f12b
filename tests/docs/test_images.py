"""Images of the pages: each that a page shows is there, is small, and has a text; each that is there is shown."""

from __future__ import annotations

import re

from docs.pages import ROOT

_IMAGE = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)\)")
PAGES = (*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md", ROOT / "README.ko.md")


def test_every_image_is_there_and_is_shown() -> None:
    shown = set()
    for page in PAGES:
        for text, target in _IMAGE.findall(page.read_text(encoding="utf-8")):
            if "://" in target:
                continue
            assert len(text) > 10, f"{page.name} shows {target} without words for those who do not see it"
            image = (page.parent / target).resolve()
            assert image.is_file(), f"{page.name} shows {target}, which is not there"
            assert image.stat().st_size < 150_000
            shown.add(image)
    assert shown == {one.resolve() for one in (ROOT / "docs/images").iterdir()}
