"""The words, numbers and times by which a truth is compared, each with what it means and where its limits are."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from steppay_mock import Event, V1Event, scenario
from steppay_mock.ordering.truth.amounts import read_number
from steppay_mock.ordering.truth.hint import Hint, HintKind, corrected
from steppay_mock.ordering.truth.names import IdName, RowPlace, id_name, is_inner, kinds_in, words_of
from steppay_mock.ordering.truth.rounded import rounded_hints
from steppay_mock.ordering.truth.things import Thing, ThingEvent, Things, spell_id, things_of, values_at
from steppay_mock.ordering.truth.time_formats import instants_in, read_instant
from steppay_mock.payload.subject import subject_of
from steppay_mock.store.scenarios.registry import all_scenarios

KST = timezone(timedelta(hours=9))
NOON = datetime(2025, 1, 15, 3, 4, 5, tzinfo=UTC)

# Instants.


@pytest.mark.parametrize(
    ("value", "at", "naive"),
    [
        (NOON, NOON, False),
        (NOON.astimezone(KST), NOON, False),
        (NOON.replace(tzinfo=None), NOON, True),
        ("2025-01-15T03:04:05", NOON, True),
        (" 2025-01-15 03:04:05 ", NOON, True),
        ("2025-01-15T03:04:05Z", NOON, False),
        ("2025-01-15T12:04:05+09:00", NOON, False),
        ("2025-01-15 03:04", NOON.replace(second=0), True),
        (1_736_910_245, NOON, False),
        (1_736_910_245.0, NOON, False),
        (Decimal(1736910245), NOON, False),
        (1_736_910_245_000, NOON, False),
        (1_736_910_245_000_000, NOON, False),
        (10**9, datetime(2001, 9, 9, 1, 46, 40, tzinfo=UTC), False),
        (10**12, datetime(2001, 9, 9, 1, 46, 40, tzinfo=UTC), False),
        (10**15, datetime(2001, 9, 9, 1, 46, 40, tzinfo=UTC), False),
        (10**10 - 1, datetime(2286, 11, 20, 17, 46, 39, tzinfo=UTC), False),
    ],
)
def test_an_instant_is_read_in_each_format(value: Any, at: datetime, *, naive: bool) -> None:
    found = read_instant(value)
    assert found is not None
    assert (found.at, found.is_naive) == (at, naive)


@pytest.mark.parametrize(
    "value",
    [
        *(None, True, "", "2025-01-15", "2025-01-15 03:0", "20250115T030405123", "next tuesday at noon"),
        *("abcd-01-15 03:04:05", "2025-13-15T03:04:05", 10**9 - 1, 10**10, 10**12 - 1, 10**13, 10**16, -5),
        *(date(2025, 1, 15), [NOON], datetime.max.replace(tzinfo=timezone(timedelta(hours=-9)))),
    ],
)
def test_what_is_no_instant_is_none(value: Any) -> None:
    assert read_instant(value) is None


def test_an_instant_is_the_same_to_the_second_or_to_the_minute_if_it_has_no_seconds() -> None:
    exact, whole = read_instant(NOON), read_instant(NOON.replace(second=0))
    assert exact is not None
    assert whole is not None
    for seconds, same in ((0, True), (1, True), (-1, True), (1.001, False), (-1.001, False), (60, False)):
        assert exact.is_same(NOON + timedelta(seconds=seconds)) is same
    minute = NOON.replace(second=0)
    for seconds, same in ((0, True), (59.9, True), (-59.9, True), (60, False), (-60, False)):
        assert whole.is_same(minute + timedelta(seconds=seconds)) is same
    fraction = read_instant(minute + timedelta(milliseconds=1))
    assert fraction is not None
    assert not fraction.is_same(minute + timedelta(seconds=30))


@pytest.mark.parametrize(("hour", "is_day"), [(0, True), (15, True), (9, False), (6, False), (14, False)])
def test_midnight_in_utc_or_in_korea_is_a_day(hour: int, *, is_day: bool) -> None:
    found = read_instant(datetime(2025, 1, 15, hour, tzinfo=UTC))
    assert found is not None
    assert found.is_day is is_day


def test_all_instants_of_a_payload_are_found_wherever_they_stand() -> None:
    payload = {"a": "2025-01-15T03:04:05", "b": [{"c": "2025-01-15T03:04:05Z"}, "no", 1_736_910_245], "d": None}
    assert list(instants_in(payload)) == [NOON, NOON]


# Numbers and ids.


@pytest.mark.parametrize(
    ("value", "number"),
    [
        *((10000, 10000), (10000.0, 10000), ("10000.00", 10000), (" 5 ", 5), (Decimal("1.5"), Decimal("1.5"))),
        *((True, None), (None, None), ("", None), ("10,000", None), (float("nan"), None), ("Infinity", None)),
        *(([1], None), (0, 0), ("-3", -3)),
    ],
)
def test_a_number_is_read_in_each_form(value: Any, number: Any) -> None:
    assert read_number(value) == number
    assert (read_number(value) is None) is (number is None)


@pytest.mark.parametrize(
    ("value", "spelled"),
    [
        *((662866, "662866"), ("662866", "662866"), (662866.0, "662866"), (Decimal(662866), "662866")),
        *((" order_x ", "order_x"), ("", None), (" ", None), (None, None), (True, None), (1.5, None), ([1], None)),
        *((2**53, str(2**53)), (float(2**53), None), (float(2**53 - 1), str(2**53 - 1)), (-float(2**53), None)),
    ],
)
def test_an_id_is_spelled_alike_in_each_form(value: Any, spelled: str | None) -> None:
    assert spell_id(value) == spelled


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("a", (1,)),
        ("b.c", (2,)),
        ("b.x", (None,)),
        ("x", (None,)),
        ("x.y", (None,)),
        ("l.*.n", (1, 2, None)),
        ("l.0.n", (1,)),
        ("l.2", ({},)),
        ("l.3", (None,)),
        ("a.*", ()),
        ("a.0", (None,)),
        ("e.*.n", ()),
    ],
)
def test_the_values_at_a_path_are_all_there_are_and_null_where_there_is_none(field: str, values: Any) -> None:
    assert values_at({"a": 1, "b": {"c": 2}, "l": [{"n": 1}, {"n": 2}, {}], "e": []}, field) == values


def thing(*told: tuple[int, str, Any], kept: Any = None) -> Thing:
    events = tuple(
        ThingEvent(number, second, kind, {"paymentId": 9, "status": status})
        for number, (second, kind, status) in enumerate(told, start=1)
    )
    return Thing("payment", 9, events, kept)


STANDBY, DONE, BACK = "payment.standby", "payment.completed", "payment.canceled"


def test_a_value_is_known_if_the_last_event_told_it_too() -> None:
    told = [(0, STANDBY, "STANDBY"), (5, DONE, "COMPLETE")]
    assert thing(*told, kept={"status": "COMPLETE"}).known("status") == ("COMPLETE",)
    assert thing(*told, kept={"status": "CANCELED"}).known("status") is None
    assert thing(*told).known("status") is None
    assert thing(*told, kept={"status": "COMPLETE"}).known("absent") == (None,)


def test_of_the_last_second_all_values_may_be_the_newest_but_those_of_beginnings() -> None:
    told = [(0, DONE, "A"), (5, STANDBY, "B"), (5, DONE, "C"), (5, BACK, "D")]
    assert thing(*told).tied("status") == ("C", "D")
    assert thing(*told).told("status") == ("A", "B", "C", "D")


def test_a_value_was_replaced_by_the_first_event_after_the_last_that_had_it() -> None:
    one = thing((0, STANDBY, "A"), (1, DONE, "B"), (2, DONE, "A"), (3, DONE, "C"), (4, BACK, "D"))
    numbers = [
        None if found is None else found.number for found in (one.replaced("status", [name]) for name in "ABCDX")
    ]
    assert numbers == [4, 3, 5, None, None]
    assert one.replaced("status", []) is None


@pytest.mark.parametrize("name", all_scenarios())
def test_the_things_of_a_story_are_those_of_its_events(name: str) -> None:
    story = scenario(name, seed=7)
    things = things_of(story)
    told: dict[Any, list[int]] = {}
    for number, event in enumerate(story.events, start=1):
        subject = None if isinstance(event, V1Event) else _subject(event)  # it says less than the event beside it
        if subject is not None:
            told.setdefault(subject, []).append(number)
    assert {(one.kind, one.key): [event.number for event in one.events] for one in things.all} == told
    for one in things.all:
        assert one in things.find(one.key)
        assert one in things.find(str(one.key), one.kind)
        assert things.find(one.key, "no kind") == ()
        assert things.of(one.kind).count(one) == 1
        assert str(one) == f"{one.kind} {one.key}"
        assert not things.is_untold(one.kind, -5)
        last = story.events[one.events[-1].number - 1]
        assert one.is_deleted is str(last.type).endswith(".deleted")
        assert one.events[-1].second == last.timestamp
        if one.kept is not None:
            assert things.is_untold(one.kind, one.key)


def _subject(event: Event) -> Any:
    kind, key = subject_of(event)
    kinds = {"usage of item": "usage"}
    kind = kinds.get(kind, kind)
    known = {"customer", "product", "price", "order", "subscription", "payment", "invoice", "usage"}
    return (kind, key) if kind in known and key is not None else None


# Words.


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("paymentIds", ("payment", "id")),
        ("payment_id", ("payment", "id")),
        ("HTTPStatus2", ("http", "status", "2")),
        ("subs", ("sub",)),
        ("statuses", ("status",)),
        ("cancelled-at", ("canceled", "at")),
        ("cancellation", ("cancel",)),
        ("orders", ("order",)),
        ("", ()),
    ],
)
def test_names_are_read_as_words_in_one_spelling(name: str, words: tuple[str, ...]) -> None:
    assert words_of(name) == words


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        *(("id", None), ("pk", None), ("steppay_id", None), ("payment_id", "payment"), ("order", "order")),
        *(("subId", "subscription"), ("orderCode", "order"), ("customers", "customer")),
    ],
)
def test_a_name_of_an_id_says_of_what(name: str, kind: str | None) -> None:
    assert id_name(name) == IdName(kind)


@pytest.mark.parametrize("name", ["", "status", "steppay", "order_payment_id", "payment_amount", "paid_id", "group_id"])
def test_other_names_are_of_no_id(name: str) -> None:
    assert id_name(name) is None


def test_kinds_are_found_among_words() -> None:
    assert kinds_in(("order", "of", "sub")) == {"order", "subscription"}


@pytest.mark.parametrize(
    ("path", "kinds", "foreign", "past"),
    [
        (["payments"], {"payment"}, False, False),
        (["app_subscription"], {"subscription"}, False, False),
        (["payments_by_customer"], {"payment"}, False, False),
        (["customer_payments"], {"payment"}, False, False),
        (["payment_rows"], {"payment"}, False, False),
        (["rows"], set(), False, False),
        (["entitlements"], set(), True, False),
        (["payment_log"], set(), True, True),
        (["history", "payments"], {"payment"}, False, True),
        (["payments", "662866"], {"payment"}, False, False),
        (["payments", 662866, "details"], {"payment"}, False, False),
        (["payments", "customers"], {"customer"}, False, False),
        (["payments", "entitlements"], {"payment"}, False, False),
        (["payments", "history"], set(), True, True),
        (["rows", "payments"], {"payment"}, False, False),
        ([7, "payments"], {"payment"}, False, False),
    ],
)
def test_the_keys_above_a_row_say_what_it_is_about(
    path: list[object], kinds: set[str], *, foreign: bool, past: bool
) -> None:
    place = RowPlace()
    for key in path:
        place = place.below(key)
    assert ({*place.kinds}, place.is_foreign, place.is_past) == (kinds, foreign, past)
    for kind in ("payment", "customer"):
        assert place.allows(kind) is (not kinds or kind in kinds)


@pytest.mark.parametrize(
    ("name", "inner"),
    [("details", True), ("payment", True), ("payment_info", True), ("order", False), ("log", False), ("", False)],
)
def test_a_member_with_more_about_the_same_thing_is_known_by_its_name(name: str, *, inner: bool) -> None:
    assert is_inner(name, "payment") is inner


# Ids that a double has rounded.


EXACT = 2**53


@pytest.mark.parametrize("number", [EXACT - 1, EXACT, EXACT + 1, EXACT + 2, 2**60 + 1, 2**62 - 1])
def test_an_id_is_called_rounded_only_if_a_double_cannot_hold_it(number: int) -> None:
    story = scenario("subscription-starts", seed=7, subscription_id=number)
    things = things_of(story)
    rounded = int(float(number))
    assert list(rounded_hints({"id": number}, things)) == []
    for here in (rounded, str(rounded), float(number)):
        if rounded == number:
            assert list(rounded_hints({"id": here}, things)) == []
        else:
            (hint,) = rounded_hints({"id": here}, things)
            assert (hint.kind, hint.path, hint.here, hint.store) == ("rounded-id", "$.id", here, number)
    for other in (rounded + 2**20, True, None, "x", -5, 0.5):
        assert list(rounded_hints([other], things)) == []


def test_each_rounded_id_is_told_once_and_as_a_key_too() -> None:
    story = scenario("subscription-starts", seed=7, subscription_id=2**60 + 1)
    state = {2**60: {"status": "ACTIVE"}, "rows": [2**60, str(2**60)]}
    hints = list(rounded_hints(state, things_of(story)))
    assert [hint.path for hint in hints] == [f"$[{2**60}]"]


# What a state would be without the hints.


def hint(kind: HintKind, path: str, store: Any) -> Hint:
    return Hint(kind=kind, path=path, thing="payment 9", here=None, store=store, sentence="looks wrong")


@pytest.mark.parametrize("kind", ["status", "amount", "instant", "nine-hours", "value", "rounded-id"])
def test_a_hint_on_one_value_is_corrected(kind: HintKind) -> None:
    state = {"rows": [{"n": 1}, {"n": 2}], 5: {"n": 3}}
    assert corrected(state, [hint(kind, "$.rows[1].n", 9)]) == {"rows": [{"n": 1}, {"n": 9}], 5: {"n": 3}}
    assert corrected(state, [hint(kind, "$[5]", 6)]) == {"rows": [{"n": 1}, {"n": 2}], 6: {"n": 3}}
    assert corrected(state, []) == state


@pytest.mark.parametrize("kind", ["null-id", "missing", "unknown"])
def test_other_hints_leave_the_state_as_it_is(kind: HintKind) -> None:
    assert corrected({"n": 1}, [hint(kind, "$.n", 9)]) == {"n": 1}


def test_a_hint_is_plain_data_too() -> None:
    one = hint("value", "$.n", 9)
    assert str(one) == "looks wrong"
    assert one.as_dict() == {
        "kind": "value",
        "path": "$.n",
        "thing": "payment 9",
        "here": None,
        "store": 9,
        "sentence": "looks wrong",
    }


def test_no_things_are_compared_where_there_are_none() -> None:
    assert Things((), {}, {}).find(5) == ()
