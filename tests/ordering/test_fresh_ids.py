"""Fresh ids replace the given ones and nothing else, whichever story they are of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from steppay_mock import SteppayMockError, make_event, scenario
from steppay_mock.ordering.receiver import fresh_ids
from steppay_mock.ordering.receiver.fresh_ids import EventRenamer
from steppay_mock.ordering.receiver.identifiers import Ids, collect_ids, find_spots, read_identifiers
from steppay_mock.ordering.state.normal import normalise
from steppay_mock.store.scenarios.registry import all_scenarios

# Fresh ids.


def differing(one: Any, two: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths at which two payloads of one shape differ."""
    if isinstance(one, dict):
        assert [*one] == [*two]
        for key in one:
            yield from differing(one[key], two[key], (*path, key))
    elif isinstance(one, list):
        assert len(one) == len(two)
        for at, pair in enumerate(zip(one, two, strict=True)):
            yield from differing(*pair, (*path, at))
    elif one != two:
        assert type(one) is type(two)
        yield path


def value_at(payload: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        payload = payload[step]
    return payload


@pytest.mark.parametrize("name", all_scenarios())
def test_fresh_ids_replace_the_given_ones_and_nothing_else(name: str) -> None:
    events = scenario(name, seed=7, customer_id=42).events if "customer_id" in name else scenario(name, seed=7).events
    renamer = EventRenamer(events)
    runs = [renamer.next() for _ in range(3)]
    given_ids = {
        value
        for event, spots in zip(events, find_spots(events), strict=True)
        for _, value in read_identifiers(event, spots)
    }
    news = [set(run.given) for run in runs]
    assert news[0].isdisjoint(news[1] | news[2] | given_ids)
    assert news[1].isdisjoint(news[2])
    for run in runs:
        renamed: dict[Any, Any] = {}
        for old, new in zip(events, run.events, strict=True):
            for path in differing(old.payload, new.payload):
                before, after = value_at(old.payload, path), value_at(new.payload, path)
                assert renamed.setdefault(before, after) == after
                assert before in given_ids
            assert new.type == old.type
            assert run.as_given(normalise(new.payload)) == normalise(old.payload)
            keyed = normalise({"by": {str(value): value for value in run.given}})
            assert run.as_given(keyed) == normalise(
                {"by": {str(run.given[value]): run.given[value] for value in run.given}}
            )
        assert set(renamed) == given_ids
        numbers = sorted(value for value in renamed if isinstance(value, int))
        assert sorted(numbers, key=lambda number: renamed[number]) == numbers
        assert all(2**41 < renamed[number] < 2**53 for number in numbers)
        texts = sorted(value for value in renamed if isinstance(value, str) and not value.isdecimal())
        # In a column stand ids of one form: those with one beginning, addresses, or keys.
        forms = {text: "@" if "@" in text else text.rpartition("_")[0] for text in texts}
        for form in forms.values():
            alike = [text for text in texts if forms[text] == form]
            assert sorted(alike, key=lambda text: str(renamed[text])) == alike
        assert all(renamed[text].rpartition("@")[2] == text.rpartition("@")[2] for text in texts if "@" in text)
        assert all(len(renamed[text]) == len(text) for text in texts if text.startswith(("order_", "orderItem_")))


class _NoChance:
    """Draws the least, always."""

    def getrandbits(self, _count: int) -> int:
        return 0

    def randint(self, least: int, _most: int) -> int:
        return least


def test_ids_that_fit_just_so_are_renamed_and_then_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """A later run needs as much more room as there is between the smallest and the largest number."""
    monkeypatch.setattr(fresh_ids, "SystemRandom", _NoChance)
    largest = 2**63 - 1 - 2**41
    fits, none = ([make_event("customer.created", seed=1, data={"id": number})] for number in (largest, largest + 1))
    renamer = EventRenamer(fits)
    assert renamer.next().ids.customer_ids == (2**63 - 1,)
    for one in (renamer, EventRenamer(none)):
        with pytest.raises(SteppayMockError, match=r"leaves no room for that in 64 bits \(fact 13\)"):
            one.next()
    two = EventRenamer([make_event("customer.created", seed=1, data={"id": number}) for number in (10, 14)])
    assert [two.next().ids.customer_ids for _ in range(3)] == [
        (2**41 + 10, 2**41 + 14),
        (2**41 + 15, 2**41 + 19),
        (2**41 + 20, 2**41 + 24),
    ]


def test_a_number_as_text_is_the_same_id_as_the_number() -> None:
    order = make_event("order.created", seed=1, data={"id": 77})
    payment = make_event("payment.completed", seed=1, data={"orderId": "77"})
    run = EventRenamer([order, payment]).next()
    new = run.events[0].data["id"]
    assert run.events[1].data["orderId"] == str(new)
    assert run.ids.order_ids == (new,)
    assert (run.given[new], run.given[str(new)]) == (77, "77")


def test_ids_are_collected_by_what_they_mean_each_once_in_the_order_of_appearance() -> None:
    found: list[tuple[str, int | str]] = [
        ("order-id", 7),
        ("order-id", "8"),
        ("order-id", "7"),
        ("customer-code", "12"),
        ("customer-id", "kim"),
        ("email", "a@b.kr"),
        ("id", 3),
    ]
    ids = collect_ids(found)
    assert ids == Ids(order_ids=(7, 8), customer_codes=("12",), customer_ids=("kim",), emails=("a@b.kr",), ids=(3,))
    assert ids.customer_id == "kim"
    assert Ids().customer_id is None
