"""The findings as people read them: whole texts, kept beside this file.

After a change that was meant: ``UPDATE_REPORTS=1 pytest tests/conformance/test_texts.py``, and read the difference.
"""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import pytest
from conformance.checked import TYPES, card_of
from conformance.zoo.members import FLAWED
from conformance.zoo.shop import Shop

TEXTS = Path(__file__).parent / "texts"
NOW = 1_764_500_000
FINDINGS = (
    "ChecksNoAge",
    "CountsCopiesAgain",
    "LastArrivalWins",
    "LooksForAnotherHeader",
    "NeedsThePayer",
    "ReadsTheFirstKey",
    "ReadsTimesAsKst",
    "RefusesNewFields",
    "RoundsIds",
    "TellsTheRightKey",
    "VerifiesAReSerialisedBody",
    "VerifiesNothing",
)


@pytest.fixture(autouse=True)
def _stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock by which webhooks are signed, and by which receivers judge their age, stands still."""
    monkeypatch.setattr(time, "time", lambda: float(NOW))


def compare(name: str, text: str) -> None:
    file = TEXTS / f"{name}.txt"
    if os.environ.get("UPDATE_REPORTS"):
        TEXTS.mkdir(exist_ok=True)
        file.write_text(text + "\n", encoding="utf-8")
    assert text + "\n" == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", FINDINGS)
def test_the_text_of_a_finding(name: str) -> None:
    shop = FLAWED[name]()
    needs_proofs = str(shop.finding).startswith("order/")
    card = card_of(shop, types=TYPES, quick=not needs_proofs)
    compare(name, card.findings[0].report())


def test_the_text_of_a_card_without_a_finding() -> None:
    text = card_of(Shop(), types=TYPES).report()
    compare("right", re.sub(r"\d+\.\d s", "0.0 s", text))
