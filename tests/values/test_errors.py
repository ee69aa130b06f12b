"""The errors of both families: their texts, their copies in other processes, and the parts of messages."""

import pickle
from typing import Any

import pytest

import steppay_mock
from steppay_mock.errors import (
    ContractViolation,
    OrderViolation,
    SignatureError,
    SteppayMockError,
    WrongValueError,
    check_names,
    choices,
    did_you_mean,
    nearest,
    raised_by,
)

FACTS: dict[str, Any] = {
    "kind": "type",
    "event": "order.created",
    "path": "$.data.id",
    "expected": "an integer",
    "sent": '"5" (string)',
    "next_step": "send it without the quotes: 5",
}


def test_a_violation_is_four_lines_that_name_the_event_if_it_is_known() -> None:
    known = ContractViolation(**FACTS)
    told = '  expected: an integer\n  sent:     "5" (string)\n  next:     send it without the quotes: 5'
    assert str(known) == known.args[0] == f"order.created: $.data.id\n{told}"
    assert str(ContractViolation(**{**FACTS, "event": "?"})) == f"$.data.id\n{told}"
    assert str(ContractViolation(**FACTS, line=0)) == f"line 0: order.created: $.data.id\n{told}"


@pytest.mark.parametrize("kind", [ContractViolation, SignatureError])
def test_a_violation_is_the_same_in_another_process(kind: type[ContractViolation]) -> None:
    for line in (None, 3):
        error = kind(**FACTS, line=line)
        copy = pickle.loads(pickle.dumps(error))
        assert type(copy) is kind
        assert copy.as_dict() == error.as_dict() == {**FACTS, "line": line}


def test_a_violation_of_order_is_its_report() -> None:
    error = OrderViolation(report="two\nlines", **FACTS)
    copy = pickle.loads(pickle.dumps(error))
    assert str(error) == str(copy) == "two\nlines"
    assert copy.as_dict() == error.as_dict() == {**FACTS, "line": None, "report": "two\nlines"}


def test_a_wrong_value_is_the_same_in_another_process() -> None:
    error = WrongValueError(name="rate", shown="0", expected="a number", next_step="Pass 1.")
    copy = pickle.loads(pickle.dumps(error))
    assert str(copy) == str(error) == "rate=0: expected a number. Pass 1."
    assert (copy.name, copy.shown, copy.expected, copy.next_step) == ("rate", "0", "a number", "Pass 1.")
    assert isinstance(copy, SteppayMockError)


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("apple", "apple"),
        ("aple", "apple"),
        ("AP_PLE", "apple"),
        ("zzz", None),
        ("", None),
        (5, None),
        ("pair", "Pe_ar"),
    ],
)
def test_the_nearest_name_is_the_one_that_was_meant(word: object, near: str | None) -> None:
    names = ["apple", "Pe_ar", "banana"]
    assert nearest(word, iter(names)) == near
    assert did_you_mean(word, names) == (f" Did you mean {near!r}?" if near else "")


def test_a_word_is_near_from_three_fifths_of_its_letters_up() -> None:
    assert nearest("abcxx", ["abcde"]) == "abcde"  # 6 of 10
    assert nearest("abxxx", ["abcde"]) is None


def test_names_are_listed_with_a_last_or() -> None:
    assert (choices("a"), choices("ab"), choices(iter("abc"))) == ("a", "a or b", "a, b or c")


def test_a_name_that_is_not_known_is_told_with_all_that_are() -> None:
    check_names(["a", "b"], iter("abc"), owner="deliver()")
    check_names([], [], owner="deliver()")
    with pytest.raises(SteppayMockError) as failed:
        check_names(["order", "ordr"], ["order", "seed"], owner="deliver()")
    assert str(failed.value) == ("deliver() has no option 'ordr'. Did you mean 'order'? The options are order or seed.")
    with pytest.raises(SteppayMockError) as failed:
        check_names(["zzz"], ["order"], owner="It", noun="row", next_step="Go on.")
    assert str(failed.value) == "It has no row 'zzz'. The rows are order. Go on."


def test_an_error_is_raised_by_the_package_of_its_last_step() -> None:
    assert raised_by(ValueError()) == ""
    with pytest.raises(SteppayMockError) as failed:
        steppay_mock.make_event("zzz")
    assert raised_by(failed.value) == "steppay_mock"
    with pytest.raises(ZeroDivisionError) as own:
        raise ZeroDivisionError
    assert raised_by(own.value) == __name__.partition(".")[0]


def test_a_public_name_can_be_reached_and_another_cannot() -> None:
    assert steppay_mock.ContractViolation is ContractViolation
    assert set(steppay_mock.__all__) <= set(dir(steppay_mock))
    assert dir(steppay_mock) == sorted(dir(steppay_mock))
    assert steppay_mock.schedule.__name__ == "steppay_mock.delivery.schedule"
    with pytest.raises(AttributeError, match="module 'steppay_mock' has no attribute 'zzz'"):
        _ = steppay_mock.zzz
