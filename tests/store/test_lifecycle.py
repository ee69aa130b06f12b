"""The tables of states hold what the vendor documents, the store keeps to them, and its bytes come from its seed."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from steppay_mock import Store
from steppay_mock.store.lifecycle import INVOICE, NEW, SUBSCRIPTION, Transition, allowed_actions, draw_states

ENUMERATIONS: dict[str, list[str]] = json.loads(
    (Path(__file__).parents[1] / "contract" / "documented.json").read_text(encoding="utf-8")
)["enumerations"]

# Fact 24, arrow by arrow.
FACT_24 = [
    (NEW, "ACTIVE"),
    ("ACTIVE", "ACTIVE"),
    ("ACTIVE", "UNPAID"),
    ("UNPAID", "UNPAID"),
    ("UNPAID", "ACTIVE"),
    ("UNPAID", "EXPIRED"),
    ("ACTIVE", "EXPIRED"),
    ("ACTIVE", "CANCELED"),
    ("ACTIVE", "PENDING_CANCEL"),
    ("PENDING_CANCEL", "CANCELED"),
    ("PENDING_CANCEL", "ACTIVE"),
    ("ACTIVE", "PAUSE"),
    ("ACTIVE", "PENDING_PAUSE"),
    ("PENDING_PAUSE", "PAUSE"),
    ("PENDING_PAUSE", "ACTIVE"),
    ("PAUSE", "ACTIVE"),
    ("ACTIVE", "QUEUEING"),
    ("QUEUEING", "ACTIVE"),
    ("QUEUEING", "UNPAID"),
]


@pytest.mark.parametrize(
    ("moves", "documented", "final"),
    [(SUBSCRIPTION, "SubscriptionStatus", {"CANCELED", "EXPIRED"}), (INVOICE, "InvoiceStatus", {"PAID"})],
)
def test_every_documented_status_is_reached_and_only_final_ones_are_not_left(
    moves: tuple[Transition, ...], documented: str, final: set[str]
) -> None:
    statuses = set(ENUMERATIONS[documented])
    assert {move.after for move in moves} == statuses
    assert {move.before for move in moves} == (statuses | {NEW}) - final
    reached = {NEW}
    for _ in moves:
        reached |= {move.after for move in moves if move.before in reached}
    assert reached == statuses | {NEW}


@pytest.mark.parametrize(("before", "after"), FACT_24)
def test_fact_24_every_arrow_is_in_the_table_as_documented(before: str, after: str) -> None:
    assert "D" in {move.evidence for move in SUBSCRIPTION if (move.before, move.after) == (before, after)}


def test_no_arrow_is_there_twice_and_each_says_who_and_how_known() -> None:
    for moves in (SUBSCRIPTION, INVOICE):
        assert len({(move.action, move.before, move.after) for move in moves}) == len(moves)
        assert {move.by for move in moves} == {"user", "time"}
        assert {move.evidence for move in moves} <= {"D", "I", "U"}


def test_what_a_user_does_leads_from_one_state_to_one_other() -> None:
    for moves in (SUBSCRIPTION, INVOICE):
        ways = [(move.action, move.before) for move in moves if move.by == "user" and move.before != NEW]
        assert len(set(ways)) == len(ways)


def test_allowed_are_the_actions_of_users_each_once() -> None:
    cancel = ("cancel", "cancel its first order", "cancel at the end of the period", "cancel at a given time")
    paused = (*cancel, "resume", "change the payment method")
    assert allowed_actions(SUBSCRIPTION, "PAUSE") == paused
    assert allowed_actions(SUBSCRIPTION, "EXPIRED") == ()
    assert allowed_actions(INVOICE, "RESERVATION") == ("update", "send", "sending fails", "delete")


def test_the_diagram_has_every_state_and_shows_which_are_final() -> None:
    drawn = draw_states(SUBSCRIPTION).splitlines()
    assert drawn[0] == "stateDiagram-v2"
    assert "    PENDING_CANCEL --> ACTIVE: undo" in drawn
    final = {line.strip() for line in drawn if line.endswith(f"--> {NEW}")}
    assert final == {f"CANCELED --> {NEW}", f"EXPIRED --> {NEW}"}
    assert draw_states(INVOICE).rstrip().endswith(f"PAID --> {NEW}")


# Seeds, and how events are written.


def busy(**options: Any) -> Store:
    """A store in which all sorts of things have happened."""
    store = Store(**options)
    store.checkout(quantity=2, discount=100, tax=50)
    store.decline_payments(times=2)
    store.checkout(customer=store.create_customer(), method="cms")
    store.confirm_payment(store.orders[-1])
    store.advance(days=40)
    once = store.create_price(store.products[0], billing="one_time")
    store.draft_invoice(once)
    store.refund(store.orders[0], amount=10)
    return store


def bytes_of(store: Store) -> bytes:
    return b"\n".join(event.body for event in store.events)


def test_the_same_seed_gives_the_same_bytes() -> None:
    assert bytes_of(busy(seed=7, nulls="mixed")) == bytes_of(busy(seed=7, nulls="mixed"))
    assert bytes_of(busy(seed="7")) != bytes_of(busy(seed=8))


def test_a_store_without_a_seed_tells_the_one_that_it_took() -> None:
    store = busy()
    assert bytes_of(busy(seed=store.seed)) == bytes_of(store)
    assert Store().seed != Store().seed


@pytest.mark.parametrize("hash_seed", ["0", "4242"])
def test_the_same_seed_gives_the_same_bytes_in_any_process(hash_seed: str) -> None:
    code = (
        "import hashlib; from store.test_lifecycle import busy, bytes_of;"
        "print(hashlib.sha256(bytes_of(busy(seed=7, nulls='mixed'))).hexdigest())"
    )
    path = os.pathsep.join([str(Path(__file__).parents[1]), *sys.path])
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": path}
    run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == hashlib.sha256(bytes_of(busy(seed=7, nulls="mixed"))).hexdigest()


def test_another_seed_gives_other_ids_codes_and_people() -> None:
    one, other = busy(seed=1), busy(seed=2)
    for kind in ("customers", "products", "orders", "subscriptions", "payments"):
        first, second = getattr(one, kind)[0], getattr(other, kind)[0]
        assert first.key != second.key
    assert one.customer.code != other.customer.code
    assert one.orders[0].id_key != other.orders[0].id_key


def test_nulls_are_left_out_written_or_either_and_differ_in_nothing_else() -> None:
    def without(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: without(inner) for name, inner in value.items() if inner is not None}
        return [without(inner) for inner in value] if isinstance(value, list) else value

    written = {mode: list(busy(seed=3, nulls=mode).events) for mode in ("omit", "null", "mixed")}
    plain = [event.payload for event in written["omit"]]
    assert plain == [without(event.payload) for event in written["null"]]
    assert plain == [without(event.payload) for event in written["mixed"]]
    sizes = [sum(len(event.body) for event in events) for events in written.values()]
    assert sizes[0] < sizes[2] < sizes[1]


def test_events_read_the_same_however_often_they_are_read() -> None:
    store = busy(seed=3, nulls="mixed")
    assert bytes_of(store) == bytes_of(store) == b"\n".join(store.events[at].body for at in range(len(store.events)))
    assert store.events[-1] == list(store.events)[-1]
    assert store.events == list(store.events) != list(store.events)[1:]


def test_is_test_is_the_last_field_of_the_envelope_or_missing() -> None:
    fields = ["timestamp", "version", "event", "data"]
    for is_test in (True, False, None):
        for event in busy(seed=3, is_test=is_test).events:
            assert list(event.payload) == (fields if is_test is None else [*fields, "isTest"])
            assert event.payload.get("isTest") is is_test


def test_ids_begin_where_they_are_told_and_rise() -> None:
    store = Store(seed=1, first_ids={"order": 9_007_199_254_740_993, "customer": 5})
    store.checkout()
    store.checkout()
    assert store.customer.id == 5
    first, second = (order.id for order in store.orders)
    assert first == 9_007_199_254_740_993 < second


def test_state_and_events_are_those_of_before_where_a_moment_is_named() -> None:
    store = Store(seed=1)
    store.checkout()
    paid, count = store.events[-1], len(store.events)
    store.cancel()
    number = store.subscription.id
    assert store.state()["subscriptions"][number]["status"] == "CANCELED"
    for at in (paid, count):
        assert store.state(at=at)["subscriptions"][number]["status"] == "ACTIVE"
    assert store.state(at=0)["orders"] == {}
    assert list(store.state(at=0)["customers"]) == [store.customer.id]
