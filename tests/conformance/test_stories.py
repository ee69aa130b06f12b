"""The scenarios that a scorecard delivers once: what they show, and what no receiver is judged by."""

from __future__ import annotations

from typing import Any

import pytest
from conformance.checked import TYPES, card_of, names
from conformance.zoo.flawed.courses import RefusesUpdatesWithoutARow
from conformance.zoo.flawed.ids import ReadsDataId
from conformance.zoo.flawed.refunds import IgnoresRefunds
from conformance.zoo.flawed.updates import EndsAtUnpaid, InsertsOnly
from conformance.zoo.shop import Envelope, Shop

from steppay_mock import Scorecard
from steppay_mock.conformance.proofs import CANDIDATES

pytestmark = pytest.mark.usefixtures("stopped")

STORE = "truth/as-the-store-says"


def why(card: Scorecard, name: str) -> str:
    """The outcome of a check and its sentence."""
    (one,) = (one for one in card.checks if one.check.full_name == name)
    return f"{one.outcome}: {one.judgement.why}"


def test_a_refund_that_is_not_taken_is_found_on_a_quick_card() -> None:
    card = card_of(IgnoresRefunds(), types=TYPES)
    assert (names(card), card.ok) == (["truth/ignores-refunds"], False), card.report()
    assert "ends COMPLETE here, the store says CANCELED" in why(card, STORE)
    assert "the store had this value before event" in why(card, STORE).lower()


def test_an_update_that_is_refused_before_its_row_exists_is_no_type_that_is_refused() -> None:
    card = card_of(RefusesUpdatesWithoutARow(), types=TYPES, only="unknown-event")
    assert names(card) == ["order/refuses-early-updates"]
    assert card.findings[0].severity == "must"
    assert "subscription.updated" in card.failed[0].judgement.why
    assert card.failed[0].judgement.why.endswith(" After what happened before it, it is accepted.")


def test_a_receiver_is_not_judged_by_types_for_which_it_is_not_registered() -> None:
    card = card_of(IgnoresRefunds(), types=["payment.completed", "subscription.updated"], only="truth", quick=False)
    assert (names(card), card.ok) == ([], True), card.report()
    assert why(card, STORE) == "passed: "
    assert why(card, "truth/refund-takes-back").startswith("skipped: It is not registered for")


def test_every_scenario_is_delivered_on_a_whole_card() -> None:
    card = card_of(EndsAtUnpaid(), types=TYPES, only=STORE, quick=False)
    assert names(card) == [STORE]
    assert "scenarios its rows contradict the store" in why(card, STORE)
    assert "ends UNPAID here, the store says ACTIVE" in card.report()
    assert 600 < card.deliveries < 1_000


@pytest.mark.parametrize("quick", [True, False])
def test_a_right_receiver_is_compared_and_passes(quick: bool) -> None:  # noqa: FBT001 - a parameter
    card = card_of(Shop(), only="truth/as-the-store-says", quick=quick)
    assert why(card, STORE) == "passed: "
    assert card.deliveries < (150 if quick else 2_000)


class KeepsTenThousandths(Shop):
    """Its amounts are whole numbers of ten-thousandths, as a decimal of four places is kept."""

    def payment(self, envelope: Envelope) -> dict[str, Any]:
        row = super().payment(envelope)
        return {**row, "paid_amount": int(row["paid_amount"]) * 10_000}


def test_amounts_in_parts_of_a_won_are_no_contradiction() -> None:
    card = card_of(KeepsTenThousandths(), types=TYPES, only="truth")
    assert names(card) == [], card.report()
    assert why(card, STORE) == "passed: "


class ShowsOwnWords(Shop):
    """Its state has no name of StepPay."""

    def state(self) -> dict[str, Any]:
        return {"told": sorted(self.inbox)}


def test_a_state_without_names_of_steppay_is_not_compared_and_says_what_to_show() -> None:
    card = card_of(ShowsOwnWords(), types=TYPES, only=["truth", "timezone", "big-id"])
    assert names(card) == [], card.report()
    assert why(card, STORE).startswith("skipped: The state has no column that can be compared with the store.")
    assert why(card, "truth/each-status").startswith("skipped: The state shows no status under StepPay's name.")
    assert why(card, "timezone/utc").startswith("skipped: The state shows no time of payment.completed.")
    assert "nextPaymentDate or paidAt" in why(card, "timezone/utc")
    assert why(card, "big-id/exact").startswith("skipped: The state shows no id of payment.completed.")
    assert "paymentId or subscriptionId" in why(card, "big-id/exact")


class RefusesOrders(Shop):
    """It refuses an event of nearly every story."""

    def answer(self, hook: Any) -> tuple[int, str]:
        status, text = super().answer(hook)
        return (422, "no orders") if b'"order.' in hook.body else (status, text)


def test_a_story_of_which_an_event_is_refused_tells_nothing() -> None:
    card = card_of(RefusesOrders(), only=STORE, skip=[])
    assert names(card) == [], card.report()


class CountsInARow(Shop):
    """Two payments that fail, one right after the other, close an account. Nothing shows the first one."""

    def __init__(self) -> None:
        super().__init__()
        self.failed = False

    def keep(self, envelope: Envelope) -> None:
        fails = envelope["event"] == "payment.failed"
        if fails and self.failed:
            self.tables.setdefault("closed", {})["all"] = {"closed": True}
        self.failed = fails

    def state(self) -> dict[str, Any]:
        return {name: rows for name, rows in super().state().items() if name != "inbox"}

    def reset(self) -> None:
        super().reset()
        self.failed = False


def test_what_no_search_sees_is_found_by_two_other_orders_of_each_scenario() -> None:
    card = card_of(CountsInARow(), types=["payment.*", "subscription.updated"], only="order", quick=False)
    assert names(card) == ["order/order-dependence"], card.report()
    assert card.scenarios[0] not in CANDIDATES


class LooksForTextsAmongNumbers(Shop):
    """A payment names its order by a text, the order has a number (fact 14): it is found only if it waits already."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting: set[str] = set()

    def keep(self, envelope: Envelope) -> None:
        data = envelope["data"]
        if envelope["event"] == "payment.completed":
            self.waiting.add(str(data.get("orderId")))
        elif envelope["event"] == "order.created":
            self.tables.setdefault("orders", {})[str(data["id"])] = {"paid": str(data["id"]) in self.waiting}

    def state(self) -> dict[str, Any]:
        return {name: rows for name, rows in super().state().items() if name != "inbox"}

    def reset(self) -> None:
        super().reset()
        self.waiting = set()


def test_an_order_that_no_search_has_is_a_finding_all_the_same() -> None:
    shop = LooksForTextsAmongNumbers()
    wanted = ["order.created", "payment.completed"]
    card = card_of(shop, types=wanted, only="order", quick=False, effects=None)
    assert names(card) == ["order/order-dependence"], card.report()
    assert "ends otherwise if its events come in another order" in why(card, "order/order-dependence")
    assert any("paid" in line for line in card.findings[0].changes)


def test_a_value_that_is_never_updated_is_one_finding() -> None:
    card = card_of(InsertsOnly(), types=TYPES, only=["truth", "duplicate"], quick=False)
    assert names(card) == ["truth/keeps-old-values"], card.report()


def test_an_id_that_is_not_there_is_named_with_the_field_to_read() -> None:
    card = card_of(ReadsDataId(), types=TYPES)
    assert names(card) == ["truth/reads-an-id-that-is-not-there"], card.report()
    assert card.findings[0].cure.startswith("Read the id of each object by its name: subscriptionId of a subscription")


def test_a_state_that_is_always_empty_is_not_said_to_be_idle() -> None:
    shop = Shop()
    card = card_of(shop, state=dict, effects=None, types=TYPES)
    assert (names(card), card.ok) == (["control/shows-nothing"], False), card.report()
    assert "its state is empty before and after each of them" in card.findings[0].summary
