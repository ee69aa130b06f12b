"""The view through which rules change an object: fixed fields stay, and what cannot be read counts as nothing."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from payload.settled import LEAST, MOST, NOW, draw_of, moment

from steppay_mock import EventType
from steppay_mock.payload.coherence.fields import Fields, keep_one, keep_to_quantity, money

NAMES = st.sampled_from("abcd")
NUMBERS = st.integers(-3, 3)


def fields(data: dict[str, Any], pins: dict[str, Any] | None = None, **options: Any) -> Fields:
    return Fields(data, pins or {}, draw_of(**options))


@given(st.dictionaries(NAMES, NUMBERS), st.dictionaries(NAMES, NUMBERS), st.dictionaries(NAMES, NUMBERS))
def test_a_rule_changes_only_fields_that_exist_and_are_not_fixed(
    data: dict[str, int], pins: dict[str, int], values: dict[str, int]
) -> None:
    put, cleared = dict(data), dict(data)
    fields(put, pins).put(**values)
    fields(cleared, pins).clear(*values)
    free = values.keys() - pins.keys()
    assert put == {name: values[name] if name in free else value for name, value in data.items()}
    assert cleared == {name: None if name in free else value for name, value in data.items()}


def test_a_field_is_fixed_by_its_name_or_by_something_below_it() -> None:
    order = fields({"shipping": {"name": "a"}, "id": 1}, {"shipping": {"name": "a"}})
    assert (order.is_fixed("shipping"), order.is_fixed("id")) == (True, False)
    assert order.event_type is EventType.ORDER_UPDATED
    assert (order["id"], order["none"]) == (1, None)


def test_an_object_within_another_has_its_own_fixed_fields() -> None:
    order = fields({"shipping": {"name": "a", "city": "b"}, "none": None, "text": "x"}, {"shipping": {"name": "a"}})
    inner = order.within("shipping")
    assert inner is not None
    assert (inner.is_fixed("name"), inner.is_fixed("city")) == (True, False)
    inner.put(name="c", city="d")
    assert order["shipping"] == {"name": "a", "city": "d"}
    assert (order.within("none"), order.within("text"), order.within("absent")) == (None, None, None)


@pytest.mark.parametrize("pins", [{"items": [{}, {"code": 1}, {}]}, {"items": {1: {"code": 1}}}])
def test_the_objects_of_a_list_have_the_fixed_fields_of_their_places(pins: dict[str, Any]) -> None:
    data: dict[str, Any] = {"items": [{"code": 0}, {"code": 1}, {"code": 2}]}
    lines = fields(data, pins).each("items")
    assert [line.is_fixed("code") for line in lines] == [False, True, False]
    for line in lines:
        line.put(code=9)
    assert [line["code"] for line in data["items"]] == [9, 1, 9]


def test_what_is_no_object_of_a_list_is_passed_over() -> None:
    data = {"items": ["x", {"code": 1}, None, {"code": 2}], "none": None, "text": "x"}
    for pins in ({}, {"items": {3: {"code": 2}}}):
        order = fields(data, pins)
        assert [line["code"] for line in order.each("items")] == [1, 2]
        assert [line.is_fixed("code") for line in order.each("items")] == [False, bool(pins)]
        assert order.each("none") == order.each("text") == order.each("absent") == []


@pytest.mark.parametrize(
    ("value", "text", "whole", "amount"),
    [
        ("x", "x", 0, 0),
        ("5", "5", 0, 0),
        (5, "", 5, 5),
        (-5, "", -5, -5),
        (True, "", 0, 0),
        (0.1, "", 0, Decimal("0.1")),
        (Decimal("1.5"), "", 0, Decimal("1.5")),
        (float("nan"), "", 0, 0),
        (float("inf"), "", 0, 0),
        (float("-inf"), "", 0, 0),
        (None, "", 0, 0),
        ([], "", 0, 0),
    ],
)
def test_a_value_is_read_as_what_a_rule_needs(value: Any, text: str, whole: int, amount: Any) -> None:
    found = fields({"x": value})
    assert (found.text("x"), found.whole("x"), found.amount("x")) == (text, whole, amount)
    assert {type(found.text("x")), type(found.whole("x"))} == {str, int}
    assert (found.text("y"), found.whole("y"), found.amount("y"), found.moment("y")) == ("", 0, 0, None)


def test_a_moment_that_cannot_be_read_is_none() -> None:
    found = fields({"good": "2024-02-29T01:02:03.5", "zone": "2024-02-29T01:02:03Z", "number": 5})
    assert found.moment("good") == datetime(2024, 2, 29, 1, 2, 3, 500000)
    assert found.moment("zone") is None
    assert found.moment("number") is None


DATES = ("created", "paid", "changed")


def happened(pins: dict[str, str], *, days: float = 5, **options: Any) -> list[datetime]:
    data = dict.fromkeys(DATES, "2000-01-01T00:00:00") | pins
    fields(data, pins, **options).happen(*DATES, days=days)
    return [moment(data[name]) for name in DATES]


@given(st.integers(0, 10**6), st.dictionaries(st.sampled_from(DATES), st.integers(-100, 100)), st.booleans())
def test_dates_are_in_order_around_those_that_are_fixed(seed: int, fixed: dict[str, int], edge: bool) -> None:  # noqa: FBT001
    after = sorted(fixed.values())
    hours = dict(zip([name for name in DATES if name in fixed], after, strict=True))
    pins = {name: (NOW + timedelta(hours=hour)).isoformat() for name, hour in hours.items()}
    found = happened(pins, seed=seed, edge=edge)
    assert found == sorted(found)
    for name, hour in hours.items():
        assert found[DATES.index(name)] == NOW + timedelta(hours=hour)
    if not fixed:
        assert found[-1] == NOW
        assert edge or NOW - found[0] <= timedelta(days=5)
    elif "changed" not in fixed:
        assert found[-1] == max(NOW, NOW + timedelta(hours=after[-1]))
    if fixed and "created" not in fixed:
        assert found[0] <= NOW + timedelta(hours=after[0])


def test_dates_of_the_past_reach_from_now_to_the_whole_span() -> None:
    assert happened({}, chance=LEAST) == [NOW] * 3
    oldest = NOW - timedelta(days=5)
    first, second, last = happened({}, chance=MOST)
    assert (first, last) == (second, NOW)
    assert timedelta() <= first - oldest <= timedelta(seconds=1)
    data = dict.fromkeys(DATES, "2000-01-01T00:00:00")
    fields(data, chance=MOST).happen(*DATES)
    assert timedelta() <= moment(data["created"]) - (NOW - timedelta(days=90)) <= timedelta(seconds=1)


def test_a_fixed_date_that_cannot_be_read_moves_no_other() -> None:
    data = {"created": "2000-01-01T00:00:00", "paid": "2024-01-01T00:00:00Z", "changed": "2000-01-01T00:00:00"}
    fields(data, {"paid": data["paid"]}).happen(*DATES)
    assert data["paid"] == "2024-01-01T00:00:00Z"
    assert moment(data["created"]) <= moment(data["changed"]) == NOW


@pytest.mark.parametrize(
    ("amount", "written"),
    [(5, 5), (Decimal(5), 5), (Decimal("5.0"), 5), (Decimal("2.5"), 2.5), (Decimal("-0.1"), -0.1), (0, 0)],
)
def test_an_amount_is_written_whole_where_it_is_whole(amount: Any, written: float) -> None:
    assert repr(money(amount)) == repr(written)


@given(st.lists(NUMBERS, max_size=3))
def test_a_list_is_shortened_to_its_first_value(values: list[int]) -> None:
    data: dict[str, Any] = {"ids": list(values), "none": None, "text": "ab"}
    for name in data:
        keep_one(fields(data), name)
    assert data == {"ids": values[:1], "none": None, "text": "ab"}
    fixed = {"ids": list(values)}
    keep_one(fields(fixed, {"ids": values}), "ids")
    assert fixed == {"ids": values}


@given(NUMBERS, st.one_of(NUMBERS, st.none()), st.one_of(NUMBERS, st.none()))
def test_the_bounds_of_a_quantity_hold_it(quantity: int, least: int | None, most: int | None) -> None:
    item = {"quantity": quantity, "least": least, "most": most}
    keep_to_quantity(fields(item), least="least")
    assert item == {"quantity": quantity, "least": None if least is None else min(least, quantity), "most": most}
    keep_to_quantity(fields(item), most="most")
    assert item["most"] == (None if most is None else max(most, quantity))
    assert item["quantity"] == quantity


def test_a_quantity_that_is_no_number_has_no_bounds() -> None:
    item = {"quantity": "x", "least": 9, "most": 1}
    keep_to_quantity(fields(item), least="least", most="most")
    assert item == {"quantity": "x", "least": 9, "most": 1}
