"""Texts that are kept beside the tests: after a change that was meant, UPDATE_REPORTS=1 writes them anew."""

from __future__ import annotations

import os
from pathlib import Path

TEXTS = Path(__file__).parent / "texts"


def compare(name: str, text: str) -> None:
    """Hold the text against the kept file of this name."""
    file = TEXTS / name
    if os.environ.get("UPDATE_REPORTS"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(text + "\n", encoding="utf-8")
    assert text + "\n" == file.read_text(encoding="utf-8")
