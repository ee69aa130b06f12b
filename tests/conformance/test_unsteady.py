"""A receiver that refuses now this request and now that one is told so, and no cause is made of it."""

from __future__ import annotations

from typing import Any

import pytest
from conformance.checked import TYPES, card_of, names
from conformance.zoo.flawed.contents import FailsOnNewObjects
from conformance.zoo.flawed.signatures import VerifiesNothing
from conformance.zoo.shop import SECRET, Envelope, Hook, RefusedError, Shop
from thinning import thinned

from steppay_mock import check_receiver

pytestmark = pytest.mark.usefixtures("stopped")

UNSTEADY = "control/unsteady-answers"


def each(period: int, status: int, base: type[Shop] = Shop, *, works: bool = False) -> Shop:
    """A receiver of which each so-manieth answer is of this status (0: it raises); ``works``: after its work."""

    class Busy(base):  # type: ignore[misc,valid-type]
        answered = 0

        def answer(self, hook: Hook) -> tuple[int, str]:
            self.answered += 1
            if self.answered % period:
                return super().answer(hook)  # type: ignore[no-any-return]
            if works:
                super().answer(hook)
            if not status:
                raise TimeoutError("the database is locked")
            return status, "busy"

    return Busy()


@pytest.mark.parametrize(
    ("period", "status"),
    thinned([(3, 429), (20, 500), (20, 429), (20, 0), (3, 502), (20, 503), (7, 504), (3, 500)], every=4),
)
def test_a_receiver_that_is_busy_now_and_then_has_one_finding(period: int, status: int) -> None:
    card = card_of(each(period, status), types=TYPES)
    assert (names(card), card.ok) == ([UNSTEADY], False), card.report()
    assert "was answered " + (str(status) if status else "500") in card.findings[0].summary
    assert "It failed once, and not in the same way" in card.report()


def test_a_failure_after_the_work_is_none_of_the_check() -> None:
    assert names(card_of(each(20, 500, works=True), types=TYPES)) == [UNSTEADY]


@pytest.mark.parametrize(("period", "status"), [(20, 429), (20, 500), (7, 503)])
def test_what_is_wrong_beside_it_is_told_as_ever(period: int, status: int) -> None:
    card = card_of(each(period, status, VerifiesNothing), types=TYPES)
    assert sorted(names(card)) == [UNSTEADY, "signature/verifies-nothing"], card.report()


def test_orders_are_not_searched_where_answers_are_unsteady() -> None:
    card = card_of(each(20, 500), types=TYPES, quick=False)
    assert names(card) == [UNSTEADY]
    searches = [one for one in card.checks if one.check.family == "order" and "proofs" in one.check.needs]
    why = {one.judgement.why for one in searches if one.outcome == "skipped"}
    assert why == {"It answers unlike to equal requests, so that no two orders can be compared."}


@pytest.mark.parametrize("has_state", [True, False])
@pytest.mark.parametrize(("design", "finding"), [(Shop, []), (FailsOnNewObjects, [FailsOnNewObjects.finding])])
def test_without_a_reset_nothing_is_taken_for_unsteady_that_is_a_copy(
    design: type[Shop],
    finding: list[str],
    has_state: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    shop = design()
    probes: dict[str, Any] = {"state": shop.state, "effects": shop.effects} if has_state else {}
    card = check_receiver(shop, secret=SECRET, quick=True, types=TYPES, **probes)
    assert names(card) == finding, card.report()


class AsksToWait(Shop):
    """It answers 503 to a kind of object that it does not know, and to nothing else."""

    def keep(self, envelope: Envelope) -> None:
        super().keep(envelope)
        if envelope["event"] == "coupon.created":
            raise RefusedError(503, "later")


def test_an_answer_503_that_no_right_webhook_gets_is_the_receivers_own() -> None:
    card = card_of(AsksToWait(), types=TYPES)
    assert names(card) == ["unknown-event/new-object"], card.report()


class Limited(Shop):
    """A limit of requests answers forgeries, and nothing else."""

    def verify(self, hook: Hook) -> None:
        try:
            super().verify(hook)
        except RefusedError:
            raise RefusedError(429, "slow down") from None


def test_a_limit_of_requests_is_no_refusal_of_a_forgery() -> None:
    card = card_of(Limited(), types=TYPES, only="signature")
    (one,) = [one for one in card.skipped if one.check.name == "wrong-secret"]
    assert one.judgement.why == "No verdict: a limit of requests answered in its place (429, slow down)."


def test_the_second_run_has_the_same_bytes() -> None:
    bodies: list[bytes] = []

    class Recording(VerifiesNothing):
        def answer(self, hook: Hook) -> tuple[int, str]:
            bodies.append(hook.body)
            return super().answer(hook)

    shop = Recording()
    card = card_of(shop, types=TYPES, only="signature/wrong-secret")
    assert names(card) == ["signature/wrong-secret"]
    assert bodies[-3] == bodies[-2]
    assert bodies[-1] != bodies[-2]  # the last one is that by which it is seen that it still accepts webhooks


@pytest.mark.parametrize("has_state", [True, False])
def test_without_a_reset_it_is_the_one_finding_too(has_state: bool) -> None:  # noqa: FBT001 - a parameter of the test
    shop = each(20, 500)
    probes: dict[str, Any] = {"state": shop.state} if has_state else {}
    card = check_receiver(shop, secret=SECRET, quick=True, types=TYPES, **probes)
    assert names(card) == [UNSTEADY], card.report()
