"""The page of applications shows what stands in the examples."""

from __future__ import annotations

from docs.pages import ROOT, blocks_of

FILES = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "examples" / "apps").rglob("*.py")))


def test_the_code_of_the_page_is_that_of_the_examples() -> None:
    shown = [block.text for block in blocks_of("applications") if block.language == "python"]
    assert len(shown) > 5
    assert [text for text in shown if text.rstrip() not in FILES] == []
