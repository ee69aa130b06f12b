"""The texts of findings and checks in Korean, for the web page. They stand in ``texts.ko.json``.

What a check saw at this receiver is English in both languages: it is made of what was sent and answered.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True, kw_only=True)
class KoreanTexts:
    """The Korean texts of a card."""

    findings: Mapping[str, str]
    """What is wrong, by the full name of the finding: those of causes, and those of the family ``control``."""
    checks: Mapping[str, str]
    """What a right receiver does, by the full name of the check."""
    sentences: Mapping[str, str]
    """What to change, and why a check could not tell, by the English sentence."""


@cache
def korean_texts() -> KoreanTexts:
    """The texts, read once."""
    told = (files("steppay_mock") / "conformance" / "outputs" / "texts.ko.json").read_text(encoding="utf-8")
    return KoreanTexts(**json.loads(told))
