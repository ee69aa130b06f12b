"""Shops whose mistake is known: the report tells that anomaly and no other, whatever story shows it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
from ordering import mistakes
from ordering.mistakes import MistakenShop, Take
from ordering.zoo.event_sets import events_of

from steppay_mock import Event, Exploration, Story, explore, scenario
from steppay_mock.ordering.anomaly import (
    BROKEN_INVARIANT,
    DOUBLE_EFFECT,
    FALSE_DEDUPE,
    LOST_UPDATE,
    ORDER_DEPENDENCE,
    ORDER_DEPENDENT_REJECTION,
    ORPHAN_UPDATE_LOST,
    REFUSED,
    RESURRECTION,
    ROW_ORDER,
    STALE_OVERWRITE,
    TIE_FLIP,
    WRONG_IN_EVERY_ORDER,
    Anomaly,
)

_SETS: Mapping[str, tuple[str, tuple[int, ...]]] = {
    # a subscription becomes UNPAID in the second of a failed payment, and ACTIVE later
    "recovery": ("renewal-recovers", (0, 1, 2, 5)),
    # ACTIVE, PAUSE, CANCELED
    "cancelled": ("paused-then-cancelled", (1, 2, 3)),
    # a customer is created, updated, deleted
    "leaves": ("customer-leaves", (0, 1, 2)),
    # one payment: COMPLETE, PARTIAL_CANCELED, CANCELED
    "refunds": ("refund-in-parts", (1, 3, 5)),
    # one second: an order, its payment, the order again
    "purchase": ("purchase", (0, 2, 3)),
    # a subscription with two updates in one second, in which another one has an update too
    "tied": ("tied-updates", (0, 1, 2, 3)),
    # a subscription, and the usage of one item twice
    "usage": ("usage", (0, 1, 2)),
    # ACTIVE, PENDING_PAUSE, PAUSE
    "pause": ("pause-at-period-end", (0, 1, 2)),
    # a product, and a price of it that is created, updated, deleted
    "prices": ("catalogue", (0, 1, 2, 4)),
    # three payments fail on three days
    "failures": ("three-failures", (0, 1, 2)),
    # an invoice is created and sent, and a payment comes
    "invoice": ("invoice-paid", (0, 2, 3)),
}

NOTHING: frozenset[Anomaly] = frozenset()

TOLD: Mapping[Take, Mapping[str, set[Anomaly] | frozenset[Anomaly]]] = {
    mistakes.is_right: dict.fromkeys(_SETS, NOTHING),
    # Answers.
    mistakes.refuses_failed_payments: {"recovery": {REFUSED}, "purchase": NOTHING},
    mistakes.refuses_updates_of_the_unknown: {
        "cancelled": {ORDER_DEPENDENT_REJECTION},
        "leaves": {ORDER_DEPENDENT_REJECTION},
        "prices": {ORDER_DEPENDENT_REJECTION},
        "recovery": {REFUSED},  # the creation of that payment was not told
    },
    mistakes.refuses_copies: {
        "refunds": {ORDER_DEPENDENT_REJECTION},
        "purchase": {ORDER_DEPENDENT_REJECTION},
    },
    mistakes.answers_an_error_to_what_is_old: {
        "cancelled": {ORDER_DEPENDENT_REJECTION},
        "tied": {REFUSED},  # of a second, the greater body is the newer one, and here it came first
    },
    # Copies.
    mistakes.counts_deliveries: {"recovery": {DOUBLE_EFFECT}, "leaves": {DOUBLE_EFFECT}, "usage": {DOUBLE_EFFECT}},
    mistakes.mails_at_each_delivery: {"recovery": {DOUBLE_EFFECT}, "leaves": {DOUBLE_EFFECT}},
    mistakes.mails_what_is_new_to_it: {
        "recovery": {ORDER_DEPENDENCE},  # the mail is of another event, and there is one as before
        "refunds": {ORDER_DEPENDENCE},
        "leaves": {ORDER_DEPENDENCE, DOUBLE_EFFECT},  # deleted before it was created: one mail of each
        "failures": NOTHING,
    },
    mistakes.forgets_copies_of_other_things: {
        "recovery": {DOUBLE_EFFECT},
        "failures": {DOUBLE_EFFECT},
        "tied": {DOUBLE_EFFECT},
        "cancelled": NOTHING,
    },
    mistakes.knows_only_the_last: {
        "cancelled": {DOUBLE_EFFECT},
        "refunds": {DOUBLE_EFFECT},
        "failures": {DOUBLE_EFFECT},
        "tied": {DOUBLE_EFFECT},
    },
    mistakes.believes_late_copies: {
        "recovery": {STALE_OVERWRITE},
        "refunds": {STALE_OVERWRITE},
        "purchase": {TIE_FLIP},
        "cancelled": {STALE_OVERWRITE, RESURRECTION},
        "leaves": {STALE_OVERWRITE, RESURRECTION},
        "prices": {STALE_OVERWRITE, RESURRECTION},
        "failures": NOTHING,
    },
    # Old and new.
    mistakes.last_arrival_wins: {
        "recovery": {STALE_OVERWRITE},
        "refunds": {STALE_OVERWRITE},  # the CANCELED of a payment does not end it as that of a subscription does
        "pause": {STALE_OVERWRITE},  # a PAUSE is no end
        "usage": {STALE_OVERWRITE},
        "purchase": {TIE_FLIP},
        "tied": {STALE_OVERWRITE, TIE_FLIP},
        "cancelled": {STALE_OVERWRITE, RESURRECTION},
        "leaves": {STALE_OVERWRITE, RESURRECTION},
        "prices": {STALE_OVERWRITE, RESURRECTION},
        "failures": NOTHING,
    },
    mistakes.first_arrival_wins: {
        "recovery": {FALSE_DEDUPE},
        "cancelled": {FALSE_DEDUPE},  # nothing comes back: what comes after the end changes nothing
        "leaves": {FALSE_DEDUPE},
        "purchase": {TIE_FLIP},
        "tied": {FALSE_DEDUPE, TIE_FLIP},
        "failures": NOTHING,
    },
    mistakes.last_arrival_of_a_second_wins: {"purchase": {TIE_FLIP}, "tied": {TIE_FLIP}, "recovery": NOTHING},
    mistakes.first_arrival_of_a_second_wins: {"purchase": {TIE_FLIP}, "tied": {TIE_FLIP}, "leaves": NOTHING},
    mistakes.forgets_what_was_deleted: {"leaves": {RESURRECTION}, "prices": {RESURRECTION}, "cancelled": NOTHING},
    mistakes.believes_all_but_deletions: {
        "leaves": NOTHING,
        "refunds": {STALE_OVERWRITE},
        "cancelled": {STALE_OVERWRITE, RESURRECTION},
    },
    mistakes.counts_what_is_newer: {
        "pause": {STALE_OVERWRITE},  # the newer one changes something where it comes second, so it is not dropped
        "refunds": {STALE_OVERWRITE},
        "failures": NOTHING,
    },
    # Early webhooks.
    mistakes.drops_updates_of_the_unknown: {
        "recovery": {ORPHAN_UPDATE_LOST},
        "purchase": {ORPHAN_UPDATE_LOST},  # in one second, but what is lost is lost before the row exists
        "tied": {ORPHAN_UPDATE_LOST},
        "cancelled": {ORPHAN_UPDATE_LOST, RESURRECTION},
        "leaves": NOTHING,
    },
    mistakes.tells_whether_the_creation_was_late: {
        "pause": {STALE_OVERWRITE},  # an update changes nothing, early or in time, so it is no orphan
        "tied": {STALE_OVERWRITE},
        "cancelled": {STALE_OVERWRITE, RESURRECTION},
    },
    mistakes.drops_a_pause_that_was_not_announced: {"pause": {FALSE_DEDUPE}, "cancelled": NOTHING},
    # Copies that are none.
    mistakes.takes_one_of_a_type: {
        "recovery": {FALSE_DEDUPE},
        "failures": {FALSE_DEDUPE},
        "tied": {FALSE_DEDUPE, TIE_FLIP},
        "purchase": NOTHING,
    },
    mistakes.takes_one_of_a_type_and_a_second: {"tied": {FALSE_DEDUPE, TIE_FLIP}, "failures": NOTHING},
    mistakes.takes_one_of_a_thing: {
        "recovery": {FALSE_DEDUPE},
        "leaves": {FALSE_DEDUPE},  # also where a deletion came first, which changes nothing itself
        "prices": {FALSE_DEDUPE},
        "purchase": {TIE_FLIP},
        "failures": NOTHING,
    },
    mistakes.takes_one_of_all: {
        "recovery": {FALSE_DEDUPE, ORDER_DEPENDENCE},  # two things of two types are not taken for copies
        "cancelled": {FALSE_DEDUPE},
        "failures": {FALSE_DEDUPE},
        "tied": {FALSE_DEDUPE, TIE_FLIP, ORDER_DEPENDENCE},
    },
    # Several things.
    mistakes.keeps_the_last_of_all: {
        "recovery": {LOST_UPDATE, STALE_OVERWRITE, TIE_FLIP},
        "failures": {LOST_UPDATE},
        "usage": {LOST_UPDATE},
        "purchase": {TIE_FLIP},
        "refunds": {STALE_OVERWRITE},
        "leaves": {STALE_OVERWRITE, RESURRECTION},
    },
    mistakes.keeps_what_came_before: {
        "recovery": {ORDER_DEPENDENCE},
        "purchase": {ORDER_DEPENDENCE},  # in one second, but in two places
        "usage": {ORDER_DEPENDENCE},
        "refunds": NOTHING,
    },
}


@cache
def _events(name: str) -> tuple[Event, ...]:
    whole, places = _SETS[name]
    return tuple(events_of(whole)[place] for place in places)


def _explored(take: Take, events: Any, **options: Any) -> Exploration:
    shop = MistakenShop(take)
    given = {"state": shop.state, "effects": shop.effects, **options}
    return explore(events, shop.app, save=shop.save, restore=shop.restore, seed=7, losses=False, **given)


def _told(found: Exploration) -> set[Anomaly]:
    return {one.anomaly for one in found.counterexamples}


@pytest.mark.parametrize("take", TOLD, ids=lambda take: take.__name__)
def test_a_shop_is_told_the_mistake_that_it_makes_and_no_other(take: Take) -> None:
    found = {name: _explored(take, _events(name)) for name in TOLD[take]}
    assert {name: _told(one) for name, one in found.items()} == TOLD[take]
    assert {name: one.verdict for name, one in found.items()} == {
        name: "fails" if told else "proved" for name, told in TOLD[take].items()
    }


# Other probes, an invariant, a truth.


@pytest.mark.parametrize(
    ("take", "name", "told"),
    [
        (mistakes.is_right, "purchase", {ROW_ORDER}),
        (mistakes.is_right, "recovery", {ROW_ORDER}),
        (mistakes.is_right, "refunds", NOTHING),  # one row has one order
        (mistakes.last_arrival_wins, "recovery", {STALE_OVERWRITE}),
        (mistakes.last_arrival_wins, "failures", {ROW_ORDER}),
        (mistakes.counts_deliveries, "recovery", {DOUBLE_EFFECT}),
        (mistakes.mails_at_each_delivery, "recovery", {DOUBLE_EFFECT}),
        (mistakes.takes_one_of_a_type, "failures", {FALSE_DEDUPE}),
        (mistakes.refuses_copies, "recovery", {ORDER_DEPENDENT_REJECTION}),
        (mistakes.refuses_updates_of_the_unknown, "cancelled", {ORDER_DEPENDENT_REJECTION}),
    ],
)
def test_rows_as_they_came_are_told_as_such_only_if_nothing_else_is_wrong(
    take: Take, name: str, told: set[Anomaly]
) -> None:
    shop = MistakenShop(take)
    found = explore(
        _events(name),
        shop.app,
        state=lambda: mistakes.rows_of(shop),
        effects=shop.effects,
        reset=shop.reset,
        seed=7,
        losses=False,
    )
    assert _told(found) == told


def _paid(state: Any) -> Any:
    """An order for each payment."""
    orders, payments = state.get("orders", {}), state.get("payments", {})
    assert not payments or orders, "a payment without an order"


@pytest.mark.parametrize(
    ("take", "told"),
    [
        (mistakes.is_right, {BROKEN_INVARIANT}),
        (mistakes.takes_one_of_a_type, {BROKEN_INVARIANT}),
        (mistakes.counts_deliveries, {DOUBLE_EFFECT}),  # there are no payments
        (mistakes.refuses_updates_of_the_unknown, {REFUSED}),  # no payment is accepted
    ],
)
def test_an_invariant_is_told_where_it_breaks(take: Take, told: set[Anomaly]) -> None:
    assert _told(_explored(take, _events("purchase"), invariant=_paid)) == told


_STORIES: Mapping[str, tuple[str, ...]] = {
    "customer-registers-and-leaves": ("customer.created", "customer.updated", "customer.deleted"),
    "refund-in-parts": ("payment.completed", "payment.canceled"),
    "subscription-renews": ("payment.completed", "order.created"),
}


def _end_of(take: Take, story: Story) -> Any:
    """How a shop ends that gets the events of a story once each, in the order in which they happened."""
    shop = MistakenShop(take)
    for event in story.events:
        if event.type in _STORIES[story.name]:
            shop.handle(event.payload)
    return shop.state()


@pytest.mark.parametrize(
    ("take", "told"),
    [
        (mistakes.is_right, (NOTHING, NOTHING, NOTHING)),
        (mistakes.counts_deliveries, ({WRONG_IN_EVERY_ORDER},) * 3),
        # No two events of one type are about one thing, two are, or they are about two things.
        (mistakes.takes_one_of_a_type, (NOTHING, {FALSE_DEDUPE}, {WRONG_IN_EVERY_ORDER})),
        # What is ignored has another type than what was taken.
        (mistakes.first_arrival_wins, ({WRONG_IN_EVERY_ORDER}, {WRONG_IN_EVERY_ORDER}, NOTHING)),
        # The end is the one of the store, but in another order.
        (mistakes.last_arrival_wins, ({STALE_OVERWRITE, RESURRECTION}, {STALE_OVERWRITE}, NOTHING)),
    ],
)
def test_an_end_that_is_not_the_one_of_the_store_is_wrong_in_every_order(
    take: Take, told: tuple[set[Anomaly], ...]
) -> None:
    for name, wanted in zip(_STORIES, told, strict=True):
        story = scenario(name, seed=7, customer_id=42)
        right = _end_of(mistakes.is_right, story)
        found = _explored(take, story, types=_STORIES[name], truth=lambda _, right=right: right)
        assert _told(found) == wanted, name
