"""Each customer's events are explored alone, and pairs of customers are checked for interference."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import combinations
from typing import Any

import pytest
from ordering.ledgers import Ledger

from steppay_mock import Event, Exploration, SteppayMockError, Store, explore, make_event, replay, scenario
from steppay_mock.ordering.orders.lattice import deliveries_with_restore
from steppay_mock.ordering.search.independence import customers_of, groups_of_customers
from steppay_mock.ordering.search.pairs import interleavings
from steppay_mock.ordering.state.interference import interferences
from steppay_mock.ordering.state.normal import normalise
from steppay_mock.payload.subject import subject_of

Tables = dict[Any, Any]


def keep_newest(rows: Tables, envelope: dict[str, Any]) -> None:
    """Right: of each thing the newest."""
    key = subject_of(Event(envelope))
    version = json.dumps([envelope["timestamp"], envelope["event"], envelope["data"].get("status")])
    if rows.get(key, {"version": ""})["version"] < version:
        rows[key] = {"version": version}


def keep_last(rows: Tables, envelope: dict[str, Any]) -> None:
    """Wrong: of each thing the last that came."""
    rows[subject_of(Event(envelope))] = {"event": envelope["event"], "at": envelope["timestamp"]}


def count_all(rows: Tables, envelope: dict[str, Any]) -> None:
    """Right in every order, but all customers are counted together."""
    keep_newest(rows, envelope)
    rows["total"] = {"things": sum(1 for key in rows if key != "total")}


def keep_first_customer(rows: Tables, envelope: dict[str, Any]) -> None:
    """Wrong: only the customer who came first is kept."""
    customer = str(envelope["data"].get("customerId", envelope["data"].get("id")))
    if rows.setdefault("customer", {"is": customer})["is"] == customer:
        keep_newest(rows, envelope)


def life_of(*customers: int, apart: int = 60) -> tuple[Event, ...]:
    """A purchase of each customer, so many seconds after the one before, as it happened: five of its six events."""
    stories = [
        scenario("virtual-account-deposit", seed=7 + at, customer_id=customer, start=1_736_910_000 + apart * at).events
        for at, customer in enumerate(customers)
    ]
    return tuple(
        sorted((event for story in stories for event in (story[0], *story[2:])), key=lambda event: event.timestamp)
    )


def explored(
    keep: Callable[[Tables, dict[str, Any]], None], events: tuple[Event, ...], **options: Any
) -> tuple[Exploration, Ledger]:
    ledger = Ledger(keep)
    settings: dict[str, Any] = {
        "save": ledger.save,
        "restore": ledger.restore,
        "seed": 7,
        "independent": True,
        **options,
    }
    return explore(events, ledger, state=ledger.state, **settings), ledger


def test_three_customers_are_proved_each_alone() -> None:
    events = life_of(41, 42, 43)
    result, _ = explored(keep_newest, events)
    assert result.verdict == "proved"
    assert (result.coverage.groups, result.coverage.events, result.coverage.orders) == ((5, 5, 5), 15, 360)
    told = " ".join(result.report().split())
    assert (
        "proved: all orders of the events of each of 3 customers (5 + 5 + 5) end the same, each customer alone, also "
        "with each event repeated at every later place;"
    ) in told
    assert (
        "The proof assumes that customers do not influence each other. This was checked in 12 interleavings of 3 pairs "
        "of customers."
    ) in told
    assert [loss.place for loss in result.losses] == list(range(15))


def test_it_costs_the_proofs_of_each_and_four_orders_of_each_pair() -> None:
    result, _ = explored(keep_newest, life_of(41, 42, 43), losses=False)
    proofs = 3 * 2 * deliveries_with_restore(5)
    pairs = 3 * 4 * 10 + 3 * 5  # and each alone
    assert proofs + pairs <= result.coverage.deliveries <= 1.1 * (proofs + pairs)


def orders_of(*counts: int) -> tuple[Event, ...]:
    """So many events of an order of each customer, one after the other."""
    return tuple(
        make_event(
            "order.created" if at == 0 else "order.updated",
            seed=7,
            now=1_736_910_000 + 60 * at + customer,
            data={"id": 900 + customer, "customerId": customer},
        )
        for customer, count in enumerate(counts, start=41)
        for at in range(count)
    )


@pytest.mark.parametrize("counts", [(1, 3), (3, 1), (1, 1, 2)])
def test_a_customer_with_one_event_has_no_order_and_stops_nothing(counts: tuple[int, ...]) -> None:
    result, _ = explored(keep_newest, orders_of(*counts))
    assert (result.verdict, result.coverage.groups) == ("proved", counts)


def test_all_pairs_are_delivered_though_that_is_beyond_the_budget() -> None:
    count, budget = 8, 60
    result, _ = explored(keep_newest, orders_of(*[2] * count), budget=budget, duplicates=False, losses=False)
    pairs = count * (count - 1) // 2
    assert (result.verdict, result.coverage.interleavings) == ("proved", 3 * pairs)  # taking turns is as it happened
    assert result.coverage.deliveries > 3 * 4 * pairs > budget


def test_what_is_wrong_for_one_customer_is_shown_and_can_be_seen_again() -> None:
    events = life_of(41, 42)
    result, ledger = explored(keep_last, events)
    found = result.counterexample
    assert result.verdict == "fails"
    assert found is not None
    assert found.size == (2, 1, 0)
    assert "customer 41 alone" in result.report()
    again = replay(found.token, ledger, state=ledger.state, reset=ledger.reset, events=events)
    assert not again.ok


def test_an_order_of_two_customers_that_matters_is_shown() -> None:
    result, ledger = explored(keep_first_customer, life_of(41, 42))
    found = result.counterexample
    assert result.verdict == "fails"
    assert found is not None
    assert {str(found.events[place].data["customerId"]) for place in found.course} == {"41", "42"}
    assert found.size == (2, 1, 0)
    assert not replay(found.token, ledger, state=ledger.state, reset=ledger.reset, events=life_of(41, 42)).ok


def test_customers_that_share_a_part_of_the_state_are_not_independent() -> None:
    result, _ = explored(count_all, life_of(41, 42))
    assert (result.verdict, result.ok) == ("vacuous", False)
    assert "Customers 41 and 42 influence each other: $.total.things" in " ".join(result.report().split())
    assert "Leave out independent=. Or name what customers share" in " ".join(result.report().split())
    ignored, _ = explored(count_all, life_of(41, 42), ignore=["total"])
    assert ignored.verdict == "proved"


def test_the_budget_is_that_of_all_and_a_customer_beyond_it_is_covered() -> None:
    result, _ = explored(keep_newest, life_of(41, 42), budget=250, losses=False)
    assert result.verdict == "covered"
    assert "of any 3 of the events of each of 2 customers (5 + 5)" in " ".join(result.report().split())


def test_it_goes_with_a_bound_and_ties() -> None:
    events = life_of(41, 42, apart=1)
    result, _ = explored(keep_newest, events, late_by="10m", ties=True)
    assert (result.verdict, result.coverage.ties, result.coverage.late_by) == ("proved", True, 600.0)
    told = "every order of the events of each of 2 customers (5 + 5) in which no event is overtaken by more than 10 min"
    assert told in " ".join(result.report().split())


def test_what_the_store_knows_is_compared_with_the_end_of_all() -> None:
    story = Store(seed=7).interleave("virtual-account-deposit", "virtual-account-deposit")
    ledger = Ledger(keep_newest)
    options: dict[str, Any] = {"save": ledger.save, "restore": ledger.restore, "seed": 7, "independent": True}

    def paid() -> dict[int, bool]:
        rows: Tables = {**ledger.rows}
        return {key: "COMPLETE" in row["version"] for (kind, key), row in rows.items() if kind == "payment"}

    def truth(store: Any) -> dict[int, bool]:
        return {key: payment["status"] == "COMPLETE" for key, payment in store["payments"].items()}

    right = explore(story, ledger, state=paid, truth=truth, **options)
    assert (right.verdict, len(right.coverage.groups)) == ("proved", 2)
    wrong = explore(story, ledger, state=paid, truth=lambda store: {**truth(store), 0: True}, **options)
    assert wrong.verdict == "fails"
    assert wrong.counterexample is not None
    assert wrong.counterexample.kind == "truth"
    with pytest.raises(SteppayMockError, match="truth= needs a story"):
        explored(keep_newest, life_of(41, 42), truth=truth)


def test_one_customer_is_refused() -> None:
    with pytest.raises(SteppayMockError, match=r"these are about 1\. Give events of two customers or more"):
        explored(keep_newest, life_of(41))


def test_whom_an_event_is_about() -> None:
    usage = scenario("usage-paid-afterwards", seed=7, customer_id=41).events
    assert {*customers_of(usage)} == {"41"}
    product = make_event("product.created", seed=7)
    customer = make_event("customer.updated", seed=7, data={"id": 41})
    payment = make_event("payment.completed", seed=7, data={"customerId": "41"})
    assert customers_of([product, customer, payment]) == [None, "41", "41"]


def test_what_is_about_nobody_belongs_to_all() -> None:
    product = make_event("product.created", seed=7)
    orders = [make_event("order.created", seed=7, data={"customerId": customer}) for customer in (41, 42)]
    assert groups_of_customers([orders[0], product, orders[1]]) == {"41": (0, 1), "42": (1, 2)}
    assert list(interleavings((0, 1), (1, 2))) == [(0, 1, 2), (1, 2, 0)]
    assert list(interleavings((0, 3), (1, 2))) == [(0, 1, 2, 3), (0, 3, 1, 2), (1, 2, 0, 3), (0, 1, 3, 2)]


@pytest.mark.parametrize(
    ("first", "one", "other", "both", "paths"),
    [
        ({}, {"a": 1}, {"b": 2}, {"a": 1, "b": 2}, []),
        ({}, {"a": 1}, {"b": 2}, {"a": 1}, ["$.b"]),
        ({"n": 0}, {"n": 1}, {"n": 1}, {"n": 2}, ["$.n"]),
        ({"n": 0}, {"n": 1}, {"n": 1}, {"n": 1}, []),
        ({"n": 0}, {"n": 1}, {"n": 2}, {"n": 2}, ["$.n"]),
        ({"n": 0}, {"n": 0}, {"n": 0}, {"n": 3}, ["$.n"]),
        ([], [{"id": 1}], [{"id": 2}], [{"id": 2}, {"id": 1}], []),
        ([], [{"id": 1}], [{"id": 2}], [{"id": 2}], ["$"]),
        ([], ["mail"], ["mail"], ["mail", "mail"], []),
        ([], ["mail"], ["mail"], ["mail"] * 3, ["$"]),
        (["x"], [], ["x", "y"], ["y"], []),
        ({"t": {}}, {"t": {"a": {"s": 1}}}, {"t": {}}, {"t": {"a": {"s": 2}}}, ["$.t.a.s"]),
        ({1}, {1, 2}, {1, 3}, {1, 2, 3}, []),
    ],
)
def test_parts_that_are_not_as_either_left_them_are_named(
    first: Any, one: Any, other: Any, both: Any, paths: list[str]
) -> None:
    assert list(interferences(*map(normalise, (first, one, other, both)))) == paths


def test_all_pairs_are_tried() -> None:
    assert len([*combinations(groups_of_customers(life_of(41, 42, 43, 44)), 2)]) == 6
    result, _ = explored(keep_newest, life_of(41, 42, 43, 44), losses=False)
    assert result.coverage.interleavings == 24
