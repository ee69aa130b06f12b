"""Which rows are about which things, which mapped values are equal, and which ids must not be null."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from steppay_mock import SteppayMockError, scenario
from steppay_mock.ordering.state.ignore import NOTHING
from steppay_mock.ordering.truth.hints import find_hints, has_rows
from steppay_mock.ordering.truth.mapped import has_mapped_rows, mapped_truth
from steppay_mock.ordering.truth.mapping import TruthMapping, read_mapping
from steppay_mock.ordering.truth.rows import find_rows
from steppay_mock.ordering.truth.setting import TruthSetting, read_truth, read_truth_option
from steppay_mock.ordering.truth.things import Thing, things_of

KST = timezone(timedelta(hours=9))
STORY = scenario("subscription-renews", seed=7)
THINGS = things_of(STORY)
SUBSCRIPTION, ORDER, PAYMENT = (THINGS.of(kind)[0] for kind in ("subscription", "order", "payment"))
SUB, ORD, PAY, CUSTOMER = SUBSCRIPTION.key, ORDER.key, PAYMENT.key, SUBSCRIPTION.events[0].data["customerId"]


def rows_in(state: Any) -> list[tuple[str, tuple[str, ...]]]:
    return [(row.path, tuple(one.kind for one in row.things)) for row in find_rows(state, THINGS)]


# Rows and their things.


@pytest.mark.parametrize(
    ("state", "rows"),
    [
        ({"subscriptions": [{"id": SUB}]}, [("$.subscriptions[0]", ("subscription",))]),
        ({"subscriptions": {SUB: {"n": 1}}}, [(f"$.subscriptions[{SUB}]", ("subscription",))]),
        ({SUB: "ACTIVE"}, [(f"$[{SUB}]", ("subscription",))]),
        ([{"subscription_id": SUB, "customer_id": CUSTOMER}], [("$[0]", ("subscription",))]),
        ([{"order_id": ORD, "payment_id": PAY}], [("$[0]", ("order", "payment"))]),
        ({"payments": [{"id": 1, "order_id": ORD, "payment_id": PAY}]}, [("$.payments[0]", ("payment",))]),
        ({"orders": [{"id": 1, "order_id": ORD, "payment_id": PAY}]}, [("$.orders[0]", ("order",))]),
        ({"payments": [{"id": SUB}]}, []),
        ({"payments": [{"id": 1}]}, []),
        ({f"payment/{PAY}": {"n": 1}}, [(f"$['payment/{PAY}']", ("payment",))]),
        ({f"payment {ORD}": {"n": 1}}, []),
        ({f"payment {PAY} {ORD}": {"n": 1}}, []),
        ({"rows": [[SUB, "ACTIVE"]]}, [("$.rows[0]", ("subscription",))]),
        ({"rows": [[SUB, "ACTIVE", "PAUSE"]]}, []),
        ({"rows": [[SUB, "active"]]}, []),
        ({"rows": [[SUB]]}, []),
        ({"rows": [[SUB, {"a": 1}, "ACTIVE"]]}, []),
        ({"entitlements": [[SUB, "ACTIVE"]]}, []),
        ({"subscriptions": {SUB: {"details": {"status": "ACTIVE"}}}},
         [(f"$.subscriptions[{SUB}]", ("subscription",)), (f"$.subscriptions[{SUB}].details", ("subscription",))]),
        ({"subscriptions": {SUB: {"card": {"status": "ACTIVE"}}}}, [(f"$.subscriptions[{SUB}]", ("subscription",))]),
        ({"subscriptions": [{"id": SUB}, {"id": SUB}]}, []),
        ({"a": [{"subscription_id": SUB}], "b": [{"subscription_id": SUB}]},
         [("$.a[0]", ("subscription",)), ("$.b[0]", ("subscription",))]),
        ({"subscription_log": [{"subscription_id": SUB}]}, []),
        ({}, []),
    ],
)  # fmt: skip
def test_rows_are_found_by_columns_with_an_id_and_by_keys(state: Any, rows: list[Any]) -> None:
    assert rows_in(state) == rows


def test_a_short_number_is_the_number_of_a_row_unless_a_table_says_of_what() -> None:
    story = scenario("subscription-starts", seed=7, subscription_id=999)
    longer = scenario("subscription-starts", seed=7, subscription_id=1000)
    for key, told, found in ((999, story, 0), (1000, longer, 1)):
        things = things_of(told)
        assert things.of("subscription")[0].key == key
        assert len(find_rows({key: {"n": 1}}, things)) == found
        assert len(find_rows([{"id": key}], things)) == found
        assert len(find_rows({"subscriptions": {key: {"n": 1}}}, things)) == 1
        assert len(find_rows([{"subscription_id": key}], things)) == 1


def test_a_column_is_about_the_thing_that_it_names() -> None:
    (row,) = find_rows({"orders": [{"id": ORD, "payment_id": PAY, "payment_status": "X", "status": "Y"}]}, THINGS)
    assert [one.kind for one in row.about("payment_status")] == ["payment"]
    assert [one.kind for one in row.about("order_status")] == ["order"]
    assert [one.kind for one in row.about("status")] == ["order"]
    assert row.about("customer_status") == ()
    assert {one.kind for one in row.mentioned} == {"order", "payment"}
    assert (row.path_of("status"), row.is_own, row.is_value) == ("$.orders[0].status", True, False)
    (value,) = find_rows({"payments": {PAY: "X"}}, THINGS)
    assert (value.path_of("payments"), value.is_value) == (f"$.payments[{PAY}]", True)
    (foreign,) = find_rows({"entitlements": [{"subscription_id": SUB}]}, THINGS)
    assert foreign.is_own is False


@pytest.mark.parametrize(
    ("state", "has"),
    [
        ({"subscriptions": [{"id": SUB, "status": "ACTIVE"}]}, True),
        ({"subscriptions": [{"id": SUB, "status": "mine"}]}, False),
        ({"payments": [{"id": PAY, "amount": 5}]}, True),
        ({"payments": [{"id": PAY, "points": 5}]}, False),
        ({"subscriptions": [{"id": SUB, "next_payment_at": "2025-01-15T03:04:05"}]}, True),
        ({"subscriptions": [{"id": SUB, "seen_at": "2025-01-15T03:04:05"}]}, False),
        ({"subscriptions": [{"id": SUB}]}, False),
        ({"subscriptions": [{"id": 5, "status": "ACTIVE"}]}, False),
        ({}, False),
    ],
)
def test_a_state_reaches_the_store_if_a_row_has_a_value_to_compare(state: Any, *, has: bool) -> None:
    assert has_rows(state, STORY, ignore=NOTHING) is has


# Ids that are null.


@pytest.mark.parametrize(
    ("state", "path", "store"),
    [
        ({"payments": [{"id": None, "status": "COMPLETE"}]}, "$.payments[*].id", PAY),
        ({"payments": [{"payment_id": None, "order_id": ORD, "status": "COMPLETE"}]}, "$.payments[*].payment_id", PAY),
        ({"orders": [{"id": None}]}, "$.orders[*].id", ORD),
        ({"orders": {ORD: {"customer_id": None}}}, "$.orders[*].customer_id", CUSTOMER),
        ({"orders": {ORD: {"customer_id": None}, "x": {"customer_id": 5}}}, None, None),
        ({"orders": {ORD: {"customer_id": None}, "x": {}}}, None, None),
        ({"payments": {PAY: {"order_id": None}}}, "$.payments[*].order_id", "order"),
        ({"payments": {PAY: {"order_code": None}}}, "$.payments[*].order_code", "code"),
        ({"payments": {PAY: {"customer_id": None}}}, "$.payments[*].customer_id", CUSTOMER),
        ({"payments": {None: {"status": "COMPLETE"}}}, "$.payments[None]", PAY),
        ({"payments": {"null": {"status": "COMPLETE"}}}, "$.payments.null", PAY),
        ({"payments": {"none": {"status": "COMPLETE"}}}, None, None),
        ({"payment_log": {None: {"status": "COMPLETE"}}}, None, None),
        ({"payment_log": [{"id": None, "status": "COMPLETE"}]}, None, None),
        ({"payments": {PAY: {"invoice_id": None}}}, None, None),
        ({"payments": {PAY: {"note": None}}}, None, None),
        ({"payments": []}, None, None),
        ([{"id": None, "status": "mine"}], None, None),
        ({"payments": {None: {"n": 1}}}, "$.payments[None]", PAY),
        ({None: {"status": "COMPLETE"}}, "$[None]", PAY),
        ({None: {"n": 1}}, None, None),
        ([{"id": None, "status": "COMPLETE"}], "$[*].id", PAY),
        ([{"id": None, "status": "COMPLETE"}, {"id": None, "status": "FAILED"}], None, None),
        ([{"subscription_id": None, "status": "ACTIVE"}], "$[*].subscription_id", SUB),
        ([{"subscription_id": None, "status": "ACTIVE", "id": 1}], "$[*].subscription_id", SUB),
        ([{"subscription_id": None, "status": "ACTIVE", "id": PAY}], None, None),
        ([{"subscription_id": None, "status": "ACTIVE", "payment_id": 5}], None, None),
        ([{"subscription_id": None, "status": "ACTIVE", "customer_id": 5, "order_id": 6}], "$[*].subscription_id", SUB),
        ([{"subscription_id": None, "status": "ACTIVE", "payment_id": None}], "$[*].subscription_id", SUB),
    ],
)
def test_an_id_that_is_null_in_every_row_is_told_with_the_id_that_it_should_be(
    state: Any, path: str | None, store: Any
) -> None:
    hints = [one for one in find_hints(state, STORY) if one.kind == "null-id"]
    assert [one.path for one in hints] == ([] if path is None else [path])
    last = PAYMENT.events[-1].data
    wanted = {"order": int(last["orderId"]), "code": ORDER.events[-1].data["code"]}.get(store, store)
    for one in hints:
        assert str(one.store) == str(wanted)
        assert "(fact 15)" in one.sentence


# A mapping.


def judge(fields: dict[str, str], state: Any, kind: str = "payment", **more: Any) -> list[tuple[str, str, Any]]:
    mapping = {"rows": [{"path": "$.*", "is": kind, "fields": fields, "missing": "ok", **more}]}
    return [(one.kind, one.path, one.store) for one in mapped_truth(read_mapping(mapping))(state, STORY)]


def kept(one: Thing, field: str) -> Any:
    known = one.known(field)
    assert known is not None
    return known[0]


PAID = kept(PAYMENT, "paidAmount")
AT = datetime.fromisoformat(kept(PAYMENT, "paidAt")).replace(tzinfo=UTC)


def right_and_wrong() -> Iterator[tuple[str, Any, bool]]:
    for value in (PAID, float(PAID), str(PAID), f"{PAID}.00", Decimal(PAID)):
        yield "paidAmount", value, True
    for value in (PAID + 1, -PAID, str(PAID + 1), None, True, "x", [PAID]):
        yield "paidAmount", value, False
    exact = AT.replace(tzinfo=None)
    for value in (AT, AT.astimezone(KST), exact, exact.isoformat(), int(AT.timestamp()), AT.date(), str(AT.date())):
        yield "paidAt", value, True
    later = AT + timedelta(seconds=2)
    for value in (later, later.isoformat(), int(later.timestamp()), AT.date() + timedelta(days=1), None, "soon", 5):
        yield "paidAt", value, False
    yield "status", "COMPLETE", True
    for value in ("complete", None, "FAILED", 1):
        yield "status", value, False
    for value in (None, 0, "0.00"):
        yield "cancel.canceledAmount", value, True
    for value in (1, "", "x", False):
        yield "cancel.canceledAmount", value, False
    yield "orderId", kept(PAYMENT, "orderId"), True
    yield "orderId", int(kept(PAYMENT, "orderId")), True
    yield "orderId", 5, False


@pytest.mark.parametrize(("field", "value", "right"), list(right_and_wrong()))
def test_a_mapped_value_is_compared_in_its_form(field: str, value: Any, *, right: bool) -> None:
    found = judge({"x": field}, {PAY: {"x": value}})
    assert (found == []) is right
    kinds = {"paidAmount": "amount", "paidAt": "instant", "status": "status", "orderId": "value"}
    for kind, path, store in found:
        assert kind == kinds.get(field, "amount")
        assert path == f"$[{PAY}].x"
        assert store == kept(PAYMENT, field)


def test_a_mapped_row_may_be_a_value_or_have_its_id_in_a_column() -> None:
    assert judge({".": "status"}, {PAY: "COMPLETE"}) == []
    assert judge({".": "status"}, {PAY: "FAILED"}) == [("status", f"$[{PAY}]", "COMPLETE")]
    assert judge({"x": "status"}, [{"no": PAY, "x": "COMPLETE"}], id="no") == []
    assert judge({"x": "status"}, [{"no": PAY, "x": "FAILED"}], id="no") == [("status", "$[0].x", "COMPLETE")]
    assert judge({"x": "status"}, [{"no": str(PAY)}], id="no") == [("status", "$[0].x", "COMPLETE")]
    assert judge({"x": "status"}, [{"no": 5, "x": "COMPLETE"}], id="no") == [("unknown", "$[0].no", None)]
    assert judge({"x": "status"}, [{"x": "COMPLETE"}], id="no") == [("null-id", "$[0].no", None)]
    assert judge({"x": "status"}, {5: {"x": "COMPLETE"}}) == [("unknown", "$[5]", None)]
    both = judge({"x": "status"}, {5: {"x": "COMPLETE"}, PAY: {"x": "FAILED"}})
    assert both == [("unknown", "$[5]", None), ("status", f"$[{PAY}].x", "COMPLETE")]


def test_nine_hours_off_is_told_in_both_directions_of_a_mapped_instant_only() -> None:
    for off in (-9, 9):
        assert [one[0] for one in judge({"x": "paidAt"}, {PAY: {"x": AT + timedelta(hours=off)}})] == ["nine-hours"]
    for off in (-8, 8, -18, 18):
        assert [one[0] for one in judge({"x": "paidAt"}, {PAY: {"x": AT + timedelta(hours=off)}})] == ["instant"]


def test_own_words_may_mean_one_or_several_statuses() -> None:
    words = {"x": {"done": "COMPLETE", "open": ["STANDBY", "FAILED"], "1": "COMPLETE"}}
    for value, right in (("done", True), ("open", False), ("COMPLETE", True), (1, True), ("other", False)):
        assert (judge({"x": "status"}, {PAY: {"x": value}}, words=words) == []) is right


def test_a_thing_that_no_event_tells_of_has_no_row_that_is_strange() -> None:
    assert judge({"x": "email"}, {CUSTOMER: {"x": "a@b.kr"}}, "customer") == []
    assert judge({"x": "email"}, {CUSTOMER + 1: {"x": "a@b.kr"}}, "customer")[0][0] == "unknown"


def test_each_thing_without_a_row_is_told_at_the_path_of_the_mapping() -> None:
    mapping = read_mapping({"rows": [{"path": "$.p.*", "is": "payment", "fields": {"x": "status"}}]})
    count = len(THINGS.of("payment"))
    found = mapped_truth(mapping)({"p": {PAY: {"x": "COMPLETE"}}}, STORY)
    assert [(one.kind, one.path, one.here) for one in found] == [("missing", "$.p.*", None)] * (count - 1)
    assert {one.store for one in found} == {one.key for one in THINGS.of("payment")} - {PAY}
    last = THINGS.of("payment")[-1].events[-1]
    assert f"Event {last.number}, {last.event_type}, tells of it." in found[-1].sentence


def test_a_mapping_reaches_the_store_if_a_path_leads_to_a_row_or_no_thing_is_mapped() -> None:
    def mapping(kind: str) -> TruthMapping:
        return read_mapping({"rows": [{"path": "$.p.*", "is": kind, "fields": {"x": "status"}}]})

    assert has_mapped_rows({"p": {5: {}}}, STORY, mapping("payment"))
    assert not has_mapped_rows({"p": {}}, STORY, mapping("payment"))
    assert has_mapped_rows({}, STORY, mapping("invoice"))  # the story has none


# The setting.


@pytest.mark.parametrize(
    ("value", "mode", "strict", "needs", "tied"),
    [
        (None, "hints", False, False, "off"),
        ("hints", "hints", False, False, "off"),
        ("strict", "strict", True, True, "off"),
        ("off", "off", False, False, "off"),
        (dict, "function", False, True, "function"),
        ({"rows": [{"path": "$.*", "is": "payment", "fields": {"x": "status"}}]}, "mapping", True, True, "mapping"),
    ],
)
def test_a_setting_says_what_a_hint_is_and_whether_it_needs_a_story(
    value: Any, mode: str, *, strict: bool, needs: bool, tied: str
) -> None:
    setting = read_truth(value)
    assert (setting.mode, setting.is_strict, setting.needs_story) == (mode, strict, needs)
    assert setting.tied().mode == tied
    assert read_truth(setting) is setting
    wrong = {PAY: {"status": "FAILED", "x": "FAILED"}}
    payment = scenario("one-time-purchase", seed=7)
    key = things_of(payment).of("payment")[0].key
    hints = setting.hints({key: wrong[PAY]}, payment, ignore=NOTHING)
    assert len(hints) == (mode in {"hints", "strict", "mapping"})
    assert setting.reaches({key: wrong[PAY]}, payment, ignore=NOTHING)
    assert setting.reaches({}, payment, ignore=NOTHING) is (mode in {"off", "function"})


def test_the_option_of_the_command_line_is_a_word_or_a_file(tmp_path: Path) -> None:
    for word in ("hints", "strict", "off"):
        assert read_truth_option(word) == TruthSetting(word)
    file = tmp_path / "truth"
    file.write_text('[[rows]]\npath = "$.*"\nis = "payment"\nfields = { x = "status" }\n', encoding="utf-8")
    assert read_truth_option(str(file)).mode == "mapping"
    for wrong, told in (("strct", "Did you mean 'strict'?"), ("none", "there is no such file.")):
        with pytest.raises(SteppayMockError, match=told.replace("?", r"\?")):
            read_truth_option(wrong)


def test_a_date_is_no_instant_of_a_row() -> None:
    assert find_hints({"payments": {PAY: {"paid_at": date(2001, 1, 1)}}}, STORY) == ()
