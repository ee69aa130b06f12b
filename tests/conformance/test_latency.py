"""A receiver that answers late is told, also if it does so for one event type, and one late answer is none."""

from __future__ import annotations

from typing import Any

import pytest
from conformance.checked import TYPES, card_of, names
from conformance.zoo.shop import Envelope, Shop

from steppay_mock import Scorecard

SLOW = "payment.canceled"


class Waits(Shop):
    """Lets the clock go on while it works; ``late`` says for which webhooks."""

    def __init__(self, late: Any) -> None:
        super().__init__()
        self.late = late
        self.now = 0.0
        self.seen: list[str] = []

    def keep(self, envelope: Envelope) -> None:
        self.seen.append(envelope["event"])
        self.now += 2.5 if self.late(self.seen) else 0.125
        super().keep(envelope)


def checked(late: Any, monkeypatch: pytest.MonkeyPatch) -> Scorecard:
    shop = Waits(late)
    monkeypatch.setattr("steppay_mock.delivery.in_process.answer_builder.perf_counter", lambda: shop.now)
    return card_of(shop, types=TYPES, only=["latency/within-a-second", "unknown-event"])


def test_whoever_answers_late_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    card = checked(lambda _seen: True, monkeypatch)
    assert names(card) == ["latency/within-a-second"]
    assert "It takes 2.5 s to answer, the median of " in card.findings[0].summary
    assert card.ok, "how long StepPay waits is assumed"


def test_whoever_answers_one_type_late_is_told_with_that_type(monkeypatch: pytest.MonkeyPatch) -> None:
    card = checked(lambda seen: seen[-1] == SLOW, monkeypatch)
    assert names(card) == ["latency/within-a-second"]
    told = f"It takes 2.5 s to answer {SLOW}, the median of 5 webhooks; 0.1 s that of all types."
    assert told in card.findings[0].summary
    assert SLOW in card.findings[0].request


def test_one_late_answer_is_no_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    card = checked(lambda seen: seen[-1] == SLOW and seen.count(SLOW) == 1, monkeypatch)
    assert names(card) == []


def test_whoever_answers_soon_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert names(checked(lambda _seen: False, monkeypatch)) == []
