"""Each type of option values: what it reads, what it refuses, and the words in which it says what it expects."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steppay_mock.errors import WrongValueError
from steppay_mock.values import (
    ChoiceValue,
    FlagValue,
    FunctionValue,
    MappingValue,
    NumberValue,
    SeedValue,
    StatusesValue,
    TextValue,
    ValueType,
    WholeValue,
    check_choice,
    check_flag,
    shown,
)

NOTHING: tuple[Any, ...] = (None, object(), [], b"x")


def reads(kind: ValueType[Any], values: Sequence[Any]) -> None:
    for value in values:
        assert kind.check("x", value) == kind.read(value) == value


def refuses(kind: ValueType[Any], values: Sequence[Any]) -> None:
    for value in values:
        with pytest.raises(WrongValueError):
            kind.check("x", value)


BOUNDS = st.one_of(st.none(), st.integers(-3, 3))


@given(BOUNDS, BOUNDS, BOUNDS, st.integers(-4, 4))
def test_a_number_is_within_its_range(least: int | None, above: int | None, most: int | None, value: int) -> None:
    fits = (least is None or least <= value) and (above is None or above < value) and (most is None or value <= most)
    number = NumberValue(least=least, above=above, most=most)
    (reads if fits else refuses)(number, [value])
    whole = WholeValue(least=least, most=most)
    fits = (least is None or least <= value) and (most is None or value <= most)
    (reads if fits else refuses)(whole, [value])


def test_a_number_is_finite_and_no_bool_and_a_whole_one_has_no_fraction() -> None:
    reads(NumberValue(), [0, 1.5, -3])
    refuses(NumberValue(), [True, False, float("nan"), float("inf"), 10**400, "1", *NOTHING])
    reads(WholeValue(), [0, -3, 10**400])
    refuses(WholeValue(), [True, False, 8.0, "1", *NOTHING])
    assert type(NumberValue().read(3)) is float
    assert (NumberValue().parse("1.5"), WholeValue().parse("15")) == (1.5, 15)
    for kind in (NumberValue(), WholeValue()):
        with pytest.raises(ValueError, match="x"):
            kind.parse("x")


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        ({}, "a number"),
        ({"least": 1}, "a number from 1 up"),
        ({"least": 1, "most": 5}, "a number from 1 to 5"),
        ({"most": 5}, "a number, at most 5"),
        ({"above": 0}, "a number, more than 0"),
        ({"above": 0, "most": 86400}, "a number, more than 0 and at most 86400"),
        ({"above": 0.5, "most": 2.0}, "a number, more than 0.5 and at most 2"),
        ({"least": 0}, "a number from 0 up"),
    ],
)
def test_a_range_is_told_in_words(bounds: dict[str, Any], words: str) -> None:
    assert NumberValue(**bounds).expected == NumberValue(**bounds).expected_text == words
    if "above" not in bounds:
        assert WholeValue(**bounds).expected == words.replace("a number", "a whole number")
        assert WholeValue(noun="seconds", **bounds).expected == words.replace("a number", "seconds")
    assert NumberValue(noun="seconds", **bounds).expected == words.replace("a number", "seconds")


def test_a_flag_is_true_or_false_and_nothing_that_is_equal() -> None:
    for value in (True, False):
        assert check_flag("x", value) is FlagValue().read(value) is value
    refuses(FlagValue(), [0, 1, "True", *NOTHING])
    assert (FlagValue().expected, FlagValue().example) == ("True or False", "True")
    with pytest.raises(WrongValueError, match=r"x=1: expected True or False\. Pass x=True\."):
        check_flag("x", 1)


def test_a_choice_is_one_of_its_words_or_one_of_the_others_itself() -> None:
    kind = ChoiceValue(words=("auto", "all"), others=(True, None))
    for value in ("auto", "all", True, None):
        assert kind.read(value) is value
    refuses(kind, ["al", 1, False, 0, "None", object(), [], ("auto",)])
    assert kind.expected == "True, None, 'auto' or 'all'"
    assert kind.expected_text == "auto or all"
    assert (kind.example, ChoiceValue(words=("auto",)).example) == ("True", "'auto'")
    with pytest.raises(WrongValueError, match=r"x='al': expected .*\. Did you mean 'all'\?$"):
        kind.check("x", "al")
    assert check_choice("x", "b", iter("ab")) == "b"
    with pytest.raises(WrongValueError, match=r"x='zz': expected 'a' or 'b'\. Pass x='a'\."):
        check_choice("x", "zz", "ab")


def test_a_text_is_not_empty() -> None:
    reads(TextValue(), ["x", " "])
    refuses(TextValue(), ["", 5, *NOTHING])
    assert (TextValue().expected, TextValue(noun="a name").expected) == ("a text that is not empty", "a name")
    assert (TextValue().parse("5"), TextValue().example) == ("5", "'...'")


def test_a_seed_is_a_whole_number_or_text() -> None:
    reads(SeedValue(), [0, -5, 10**100, "", "x"])
    refuses(SeedValue(), [True, 1.5, *NOTHING])
    assert SeedValue().expected == "a whole number, or text"
    eight = SeedValue(bits=8)
    reads(eight, [127, -128, 0, "x" * 100])
    refuses(eight, [128, -129, True])
    assert eight.expected == "a whole number of at most 8 bits, or text"


def test_a_function_can_be_called_and_a_mapping_has_names() -> None:
    called: Callable[[], dict[str, int]] = dict
    reads(FunctionValue(), [called, print, lambda: 5])
    refuses(FunctionValue(), [5, "print", None])
    reads(MappingValue(), [{}, {"a": 1}])
    refuses(MappingValue(), [[("a", 1)], "a", None])
    assert (FunctionValue().expected, MappingValue().expected) == ("a function", "a mapping")
    assert (FunctionValue(noun="f").expected, MappingValue(noun="m").expected) == ("f", "m")


def test_statuses_are_a_list_of_at_least_one_within_the_range_of_http() -> None:
    kind = StatusesValue()
    assert kind.read([100, 599, 100]) == frozenset({100, 599})
    assert kind.read(iter([200])) == kind.read({200}) == {200}
    refuses(kind, [[], [99], [600], [200, 600], 200, "200", b"\x01\x02", None, [True], ["200"]])
    high = StatusesValue(least=300)
    refuses(high, [[299]])
    assert high.read([300]) == {300}
    assert high.expected == "a list of statuses from 300 to 599"
    assert kind.expected_text == "statuses from 100 to 599 with commas between them, such as 200,204"
    assert kind.parse("200,204") == (200, 204)


class Password(TextValue):
    """A text that no message shows."""

    is_secret = True


def test_a_wrong_value_is_told_with_its_name_and_the_next_step() -> None:
    with pytest.raises(WrongValueError) as failed:
        NumberValue(least=1, example="3").check("rate", 0, next_step="Leave it out.")
    assert str(failed.value) == "rate=0: expected a number from 1 up. Leave it out."
    error = NumberValue(least=1, example="3").refusal("rate", 0)
    assert (error.name, error.shown, error.expected, error.next_step) == (
        *("rate", "0", "a number from 1 up"),
        "Pass rate=3.",
    )
    assert str(Password().refusal("key", 12345)) == ("key=<int>: expected a text that is not empty. Pass key='...'.")


def test_a_long_value_is_cut_to_two_hundred_characters() -> None:
    assert shown("x" * 198) == repr("x" * 198)
    assert shown("x" * 199) == "'" + "x" * 199 + "..."
    assert shown(10**5000) == "a number of thousands of digits"


def test_a_kind_that_says_no_more_is_as_every_kind_is() -> None:
    assert FlagValue().parse("x") == "x"
    assert MappingValue().expected_text == MappingValue().expected
    assert ValueType.is_secret is False
    assert ValueType.words == ()
