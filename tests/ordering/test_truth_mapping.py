"""A mapping says which rows are what, and then every field of them is compared."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from ordering.designs import objects_as_they_came, utc

from steppay_mock import SteppayMockError, scenario
from steppay_mock.ordering.truth import load_truth
from steppay_mock.ordering.truth.mapped import mapped_truth
from steppay_mock.ordering.truth.mapping import read_mapping
from steppay_mock.ordering.truth.things import things_of
from steppay_mock.store.scenarios.registry import all_scenarios

STORY = scenario("subscription-renewal-fails-then-recovers", seed=7)
MAPPING: dict[str, Any] = {
    "rows": [
        {
            "path": "$.subscriptions[*]",
            "is": "subscription",
            "id": "steppay_id",
            "fields": {"state": "status", "next": "nextPaymentDate", "customer": "customerId"},
            "words": {"state": {"running": "ACTIVE", "late": ["UNPAID", "QUEUEING"]}},
        },
        {"path": "$.payments.*", "is": "payment", "fields": {"amount": "paidAmount", "back": "cancel.canceledAmount"}},
    ]
}
TOML = """
[[rows]]
path = "$.subscriptions[*]"
is = "subscription"
id = "steppay_id"
[rows.fields]
state = "status"
next = "nextPaymentDate"
customer = "customerId"
[rows.words.state]
running = "ACTIVE"
late = ["UNPAID", "QUEUEING"]

[[rows]]
path = "$.payments.*"
is = "payment"
[rows.fields]
amount = "paidAmount"
back = "cancel.canceledAmount"
"""


def rows() -> dict[str, Any]:
    """What a right receiver shows of it."""
    store = STORY.state()
    return {
        "subscriptions": [
            {
                "steppay_id": str(key),
                "state": "running",
                "next": utc(one["nextPaymentDate"]),
                "customer": str(one["customerId"]),
            }
            for key, one in store["subscriptions"].items()
        ],
        "payments": {
            str(key): {"amount": f"{one['paidAmount']}.00", "back": 0} for key, one in store["payments"].items()
        },
    }


def told(state: Any, mapping: dict[str, Any] = MAPPING) -> list[tuple[str, str]]:
    return [(hint.kind, hint.path) for hint in mapped_truth(read_mapping(mapping))(state, STORY)]


def test_right_rows_agree_in_whatever_form() -> None:
    assert told(rows()) == []


@pytest.mark.parametrize(
    ("column", "wrong", "kind"),
    [
        ("state", "late", "status"),
        ("state", "UNPAID", "status"),
        ("state", None, "status"),
        ("customer", 1, "value"),
        ("next", "2001-01-01T00:00:01", "instant"),
        ("next", None, "instant"),
    ],
)
def test_every_mapped_field_is_compared(column: str, wrong: Any, kind: str) -> None:
    state = rows()
    state["subscriptions"][0][column] = wrong
    assert told(state) == [(kind, f"$.subscriptions[0].{column}")]


def test_the_store_said_so_before() -> None:
    state = rows()
    state["subscriptions"][0]["state"] = "late"
    (hint,) = mapped_truth(read_mapping(MAPPING))(state, STORY)
    assert "has late here ($.subscriptions[0].state), the store's status is ACTIVE." in hint.sentence
    assert "The store had this value before event" in hint.sentence


def test_nine_hours_off_is_named_as_such() -> None:
    state = rows()
    state["subscriptions"][0]["next"] -= timedelta(hours=9)
    assert told(state) == [("nine-hours", "$.subscriptions[0].next")]


def test_a_wrong_amount_and_a_column_that_is_not_there_are_told() -> None:
    state = rows()
    (first, second, *_) = state["payments"]
    state["payments"][first]["amount"] = "0"
    del state["payments"][second]["amount"]
    assert told(state) == [("amount", f"$.payments['{number}'].amount") for number in (first, second)]


def test_a_thing_without_a_row_is_told_unless_that_is_allowed() -> None:
    state = rows()
    state["subscriptions"] = []
    assert told(state) == [("missing", "$.subscriptions[*]")]
    allowed = deepcopy(MAPPING)
    allowed["rows"][0]["missing"] = "ok"
    assert told(state, allowed) == []


@pytest.mark.parametrize(("called", "kind"), [(None, "null-id"), (5, "unknown")])
def test_a_row_without_a_thing_is_told(called: Any, kind: str) -> None:
    state = rows()
    state["subscriptions"].append({"steppay_id": called, "state": "running", "next": None, "customer": 1})
    assert told(state) == [(kind, "$.subscriptions[1].steppay_id")]


def test_a_row_of_what_was_deleted_says_so_and_one_of_what_never_was_says_that() -> None:
    story = scenario("catalogue-changes", seed=7)
    (deleted,) = (thing for thing in things_of(story).of("product") if thing.is_deleted)
    mapping = {"rows": [{"path": "$.*", "is": "product", "fields": {"name": "name"}, "missing": "ok"}]}
    state = {deleted.key: {"name": "x"}, "product_x": {"name": "x"}}
    one, other = mapped_truth(read_mapping(mapping))(state, story)
    assert f"product {deleted.key} is here ($.{deleted.key}), and the store has deleted it. Look at" in one.sentence
    assert "product product_x is here ($.product_x), and the store has no such product. Look at" in other.sentence
    assert (one.kind, other.kind) == ("unknown", "unknown")


def test_a_rounded_id_is_told() -> None:
    story = scenario("subscription-starts", seed=7, subscription_id=2**60 + 1)
    mapping = {"rows": [{"path": "$.*", "is": "subscription", "fields": {".": "status"}, "missing": "ok"}]}
    judge = mapped_truth(read_mapping(mapping))
    assert judge({2**60 + 1: "ACTIVE"}, story) == ()
    assert [hint.kind for hint in judge({2**60: "ACTIVE"}, story)] == ["rounded-id"]
    assert [(hint.kind, hint.path) for hint in judge({2**60 + 1: "PAUSE"}, story)] == [("status", f"$[{2**60 + 1}]")]


@pytest.mark.parametrize("name", all_scenarios())
def test_the_objects_as_they_came_agree_with_every_store(name: str) -> None:
    kinds = {
        "subscription": {"status": "status", "nextPaymentDate": "nextPaymentDate", "currentPeriod": "currentPeriod"},
        "payment": {"status": "status", "paidAmount": "paidAmount", "paidAt": "paidAt", "cancel": "cancel"},
        "order": {"items": "items", "returnedAmount": "returnedAmount", "idKey": "idKey", "paymentDate": "paymentDate"},
        "invoice": {"status": "status", "discount": "discount", "reservationAt": "reservationAt"},
        "customer": {"email": "email", "shipping": "shipping"},
        "product": {"status": "status", "quantity": "quantity"},
        "price": {"price": "price", "plan": "plan"},
    }
    mapping = {"rows": [{"path": f"$.{kind}s.*", "is": kind, "fields": fields} for kind, fields in kinds.items()]}
    story = scenario(name, seed=7, v1=None)
    assert mapped_truth(read_mapping(mapping))(objects_as_they_came(story), story) == ()


def test_a_file_of_toml_and_one_of_json_say_the_same(tmp_path: Path) -> None:
    toml, as_json = tmp_path / "truth.toml", tmp_path / "truth.json"
    toml.write_text(TOML, encoding="utf-8")
    as_json.write_text(json.dumps(MAPPING), encoding="utf-8")
    wrong = rows() | {"subscriptions": [{"steppay_id": "5"}]}
    judged = [mapped_truth(load_truth(file))(wrong, STORY) for file in (toml, as_json)]
    assert judged[0] == judged[1] == mapped_truth(read_mapping(MAPPING))(wrong, STORY)
    assert len(judged[0]) == 2


@pytest.mark.parametrize(
    ("change", "told_of"),
    [
        ({"is": "subscripton"}, ["rows[0].is", "Did you mean 'subscription'?"]),
        ({"fields": {"state": "stauts"}}, ["rows[0].fields", "has no 'stauts'. Did you mean 'status'?"]),
        ({"fields": {"state": 5}}, ["rows[0].fields.state", "came:     5 (a number)"]),
        ({"fields": {}}, ["rows[0].fields", "for each column the field"]),
        ({"path": "$.a["}, ["rows[0].path", "is no path from '[' on"]),
        ({"path": "rows"}, ["rows[0].path", 'Write it like path = "$.subscriptions[*]"']),
        ({"words": {"stat": {"a": "B"}}}, ["rows[0].words", "Did you mean 'state'?"]),
        ({"words": {"state": {"a": []}}}, ["rows[0].words.state.a"]),
        ({"mising": "ok"}, ["rows[0].mising", "Did you mean 'missing'?"]),
    ],
)
def test_what_is_wrong_with_a_mapping_is_told_with_the_next_step(change: dict[str, Any], told_of: list[str]) -> None:
    row = {"path": "$.subscriptions[*]", "is": "subscription", "fields": {"state": "status"}} | change
    with pytest.raises(SteppayMockError) as error:
        read_mapping({"rows": [row]}, file="truth.toml")
    assert str(error.value).startswith("truth.toml: ")
    for text in told_of:
        assert text in str(error.value)


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("none.toml", None, "cannot be read"),
        ("bad.toml", "rows = [", "is no TOML"),
        ("bad.json", "{", "is no JSON"),
        ("list.json", "[]", "Begin with [[rows]]."),
        ("empty.toml", "", "rows\n  expected: the tables of the receiver"),
    ],
)
def test_a_file_that_is_no_mapping_is_refused(name: str, text: str | None, reason: str, tmp_path: Path) -> None:
    file = tmp_path / name
    if text is not None:
        file.write_text(text, encoding="utf-8")
    with pytest.raises(SteppayMockError) as error:
        load_truth(file)
    assert str(file) in str(error.value)
    assert reason in str(error.value)


def test_a_date_alone_is_compared_as_a_date() -> None:
    state = rows()
    day: datetime = state["subscriptions"][0]["next"]
    state["subscriptions"][0]["next"] = day.date().isoformat()
    assert told(state) == []
    state["subscriptions"][0]["next"] = (day + timedelta(days=1)).date()
    assert told(state) == [("instant", "$.subscriptions[0].next")]
