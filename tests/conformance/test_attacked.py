"""Receivers that an attacker wrote: flaws that show in one type alone, in 2xx to what is lost, in the clock."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest
from conformance.checked import TYPES, card_of, names
from conformance.zoo.flawed import ids, refunds
from conformance.zoo.shop import Envelope, Hook, Shop
from thinning import thinned

from steppay_mock import Clock

STEADY = (
    *(ids.ReadsTheCustomerAsANumber, ids.RefusesOrdersWithLetters, ids.DropsOrdersWithLetters),
    *(ids.ReadsDataId, ids.ReadsDataIdOrZero, ids.UpsertsAnEmptyId),
    *(refunds.TakesOneRefundOfAPayment, refunds.TakesOneRefundFromATotal, refunds.FailsOnASecondRefund),
    *(refunds.AddsRefunds, refunds.AddsRefundsToATotal, refunds.PaidMinusCancelled),
)
"""Receivers whose cause was told by chance, or not at all."""


class VerifiesPaymentsAlone(Shop):
    finding = "signature/each-type"

    def verify(self, hook: Hook) -> None:
        if b'"payment.' in hook.body:
            super().verify(hook)
        else:
            self.claim(hook.headers.get(self.header, ""))


class AllowsTenSeconds(Shop):
    finding = "replay/allows-too-little-time"
    tolerance = 10


class AllowsADay(Shop):
    finding = "replay/checks-no-age"
    tolerance = 86_400


class SwallowsWhatItCannotRead(Shop):
    """A payment without a payer raises, and everything that raises is answered 200."""

    finding = "absent/needs-what-may-be-absent"

    def take(self, hook: Hook) -> tuple[int, str]:
        self.verify(hook)
        envelope = self.read(hook.body)
        if envelope["event"] == "payment.completed" and not envelope["data"].get("payer"):
            return 200, "error"
        return super().take(hook)


class DropsOldEvents(Shop):
    """It answers 204 to an event of last year, and does nothing."""

    finding = "replay/old-event-now"

    def keep(self, envelope: Envelope) -> None:
        if time.time() - envelope["timestamp"] < 30 * 86_400:
            super().keep(envelope)
        else:
            self.inbox.clear()

    def act(self, envelope: Envelope) -> None:
        if time.time() - envelope["timestamp"] < 30 * 86_400:
            super().act(envelope)


@pytest.mark.usefixtures("stopped")
@pytest.mark.parametrize(
    "shop", [VerifiesPaymentsAlone, AllowsTenSeconds, AllowsADay, SwallowsWhatItCannotRead, DropsOldEvents]
)
def test_a_flaw_is_the_one_finding(shop: type[Shop]) -> None:
    card = card_of(shop(), types=TYPES)
    assert names(card) == [shop.finding], card.report()


@pytest.mark.usefixtures("stopped")
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("shop", thinned(STEADY, every=4))
def test_the_cause_is_the_same_for_each_seed(shop: type[Shop], seed: int) -> None:
    card = card_of(shop(), types=TYPES, seed=seed)
    assert names(card) == [shop.finding], card.report()


class WorksInAThread(Shop):
    """It verifies, answers 202, and does the work in a thread that waits for ``begin``."""

    def __init__(self, begin: Callable[[], object] = lambda: None) -> None:
        super().__init__()
        self.begin = begin
        self.working: list[Thread] = []

    def take(self, hook: Hook) -> tuple[int, str]:
        self.verify(hook)
        envelope = self.read(hook.body)
        self.row_of(envelope)
        self.working.append(Thread(target=self.work, args=(envelope, hook)))
        self.working[-1].start()
        return 202, ""

    def work(self, envelope: Envelope, hook: Hook) -> None:
        self.begin()
        if not self.is_copy(envelope, hook):
            self.keep(envelope)
            self.act(envelope)

    def join(self) -> None:
        while self.working:
            self.working.pop().join()


def test_work_after_the_answer_is_waited_for_before_a_reset() -> None:
    shop = WorksInAThread()
    card = card_of(shop, types=TYPES, settle=shop.join, only=["signature", "duplicate", "raw-body", "absent"])
    assert (names(card), card.ok) == ([], True), card.report()


class WorksWhileTheChecksWait(WorksInAThread):
    """Its work is done when the clock of the checks waits: after the answer, and before much time has passed."""

    def take(self, hook: Hook) -> tuple[int, str]:
        self.verify(hook)
        envelope = self.read(hook.body)
        self.row_of(envelope)
        self.keep(envelope)
        self.waiting = (envelope, hook)
        return 202, ""

    waiting: tuple[Envelope, Hook] | None = None

    def go_on(self, _seconds: float) -> None:
        if self.waiting is not None:
            envelope, _ = self.waiting
            self.waiting = None
            self.act(envelope)


def test_work_that_goes_on_after_the_first_look_is_the_one_finding() -> None:
    shop = WorksWhileTheChecksWait()
    options: dict[str, Any] = {"types": TYPES[:1], "clock": Clock(sleep=shop.go_on)}
    card = card_of(shop, **options)
    assert names(card) == ["control/works-after-its-answer"], card.report()
