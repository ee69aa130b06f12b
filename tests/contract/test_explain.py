"""Each branch of the explanations: what was expected, what was sent, and the one step that cures it."""

import math
from typing import Any

import pytest

from steppay_mock import ContractViolation, EventType, iter_errors, make_event
from steppay_mock.contract.explain import explain, json_path, not_an_object, shown, unknown_event
from steppay_mock.contract.schema_errors import SchemaError


def error(
    keyword: str, rule: Any, value: Any, *, place: tuple[str | int, ...] = ("data", "x"), fields: tuple[str, ...] = ()
) -> ContractViolation:
    return explain("order.created", SchemaError(keyword, rule, value, place, fields))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null (null)"),
        (True, "true (boolean)"),
        (5, "5 (integer)"),
        (1.5, "1.5 (number)"),
        ("김", '"김" (string)'),
        ([1], "[1] (array)"),
        ((1,), "[1] (array)"),
        ({"a": 1}, '{"a": 1} (object)'),
        ({1}, "{1} (set)"),
        ("\ud83e", "'\\ud83e' (string)"),
        (b"x", "b'x' (bytes)"),
        ("x" * 78, f'"{"x" * 78}" (string)'),
        ("x" * 79, f'"{"x" * 78}… (string)'),
    ],
)
def test_a_value_is_shown_as_json_with_its_type_in_eighty_characters(value: Any, text: str) -> None:
    assert shown(value) == text


def test_a_value_that_cannot_be_shown_is_told() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    for value in (deep, {10**5000}):
        assert shown(value).startswith("too deep or too long to show (")
    assert shown(10**5000) == "too deep or too long to show (integer)"


def test_a_path_is_written_as_json_path() -> None:
    assert json_path(()) == "$"
    assert json_path(("data", "items", 0, "paidAmount")) == "$.data.items[0].paidAmount"


@pytest.mark.parametrize("body", ["{}", b"{}", bytearray(b"{}")])
def test_a_body_that_was_not_parsed_is_to_be_parsed(body: object) -> None:
    found = not_an_object(body)
    assert found.next_step == "parse it first: validate(json.loads(body))"
    assert (found.kind, found.event, found.path) == ("not-an-object", "?", "$")


@pytest.mark.parametrize("body", [None, 5, [], True])
def test_anything_else_is_to_be_an_object(body: object) -> None:
    found = not_an_object(body)
    assert found.next_step == "send one JSON object with timestamp, version, event and data"
    assert (found.expected, found.sent) == ("a JSON object, the envelope", shown(body))


def test_an_unknown_event_is_told_with_the_nearest_or_with_where_they_are_listed() -> None:
    near, far, long = unknown_event("order.create"), unknown_event("zzz"), unknown_event("x" * 500)
    assert near.next_step == "Did you mean 'order.created'?"
    assert far.next_step == "`steppay-mock events` lists them"
    assert (near.kind, near.event, near.path) == ("unknown-event", "order.create", "$.event")
    assert near.expected == f"one of the {len(EventType)} documented event types"
    assert long.event == "x" * 79 + "…"


@pytest.mark.parametrize(
    ("rule", "value", "expected", "step"),
    [
        ("string", None, "a string", "send a value: StepPay documents this field as never null"),
        ("string", 5, "a string", 'send it as a string: "5"'),
        ("string", 1.5, "a string", 'send it as a string: "1.5"'),
        ("string", True, "a string", "send a string here"),
        ("string", [], "a string", "send a string here"),
        ("integer", "5", "an integer", "send it without the quotes: 5"),
        ("integer", "1.5", "an integer", "send it without the quotes: 1.5"),
        ("number", "1.5", "a number", "send it without the quotes: 1.5"),
        ("number", "1.5.2", "a number", "send a number here"),
        ("integer", "x", "an integer", "send an integer here"),
        ("boolean", "5", "true or false", "send true or false here"),
        ("integer", 1.5, "an integer", "send a whole number"),
        ("number", math.inf, "a number", "send a number here"),
        ("integer", True, "an integer", "send an integer here"),
        ("object", [], "an object", "send an object here"),
        ("array", {}, "an array", "send an array here"),
        (["integer", "null"], "7", "an integer or null", "send it without the quotes: 7"),
        ("thing", 5, "thing", "send thing here"),
    ],
)
def test_a_wrong_type_has_its_cure(rule: Any, value: Any, expected: str, step: str) -> None:
    found = error("type", rule, value)
    assert (found.kind, found.expected, found.next_step) == ("type", expected, step)
    assert (found.event, found.path, found.sent) == ("order.created", "$.data.x", shown(value))


def missing(present: list[str], *, fields: tuple[str, ...] = ("id",)) -> ContractViolation:
    return error("required", ["id"], dict.fromkeys(present), place=("data", "id"), fields=fields)


def test_a_missing_field_is_told_with_what_is_there() -> None:
    assert missing([]).sent == "an object with nothing in it"
    assert missing(list("abcdef")).sent == "an object with a, b, c, d, e, f"
    assert missing(list("abcdefg")).sent == "an object with a, b, c, d, e, f, …"
    assert missing(["x" * 100]).sent == f"an object with {'x' * 79}…"
    found = missing(["a"])
    assert (found.kind, found.path, found.expected) == ("missing", "$.data.id", "the field 'id'")
    assert found.next_step == "add 'id': StepPay always sends it"


def test_a_field_with_a_typing_error_is_to_be_renamed_unless_it_is_documented() -> None:
    assert missing(["Id"]).next_step == "rename 'Id' to 'id'"
    assert missing(["Id"], fields=("id", "Id")).next_step == "add 'id': StepPay always sends it"


def test_an_enumeration_lists_twelve_values() -> None:
    twelve = [f"V{number}" for number in range(12)]
    found = error("enum", twelve, "zzzz")
    assert (found.kind, found.expected) == ("enum", f"one of {', '.join(twelve)}")
    assert found.next_step == "use a documented value; if StepPay really sent this one, the vendor has added it"
    more = error("enum", [*twelve, "PAID"], "PAYD")
    assert more.expected == f"one of {', '.join(twelve)}, … (13 values)"
    assert more.next_step == "Did you mean 'PAID'?"


@pytest.mark.parametrize(
    ("keyword", "bound", "name"),
    [
        ("maximum", 2**63 - 1, "a Long: a 64-bit integer"),
        ("minimum", -(2**63), "a Long: a 64-bit integer"),
        ("maximum", 2**31 - 1, "an Int: a 32-bit integer"),
        ("minimum", -(2**31), "an Int: a 32-bit integer"),
        ("maximum", 2**32, "an Int: a 32-bit integer"),
        ("maximum", 2**32 + 1, "a Long: a 64-bit integer"),
    ],
)
def test_a_bound_says_how_many_bits_a_number_has(keyword: str, bound: int, name: str) -> None:
    """Fact 13."""
    found = error(keyword, bound, 10**30)
    bits = "64" if "64" in name else "32"
    assert (found.kind, found.expected, found.next_step) == ("range", name, f"keep it within {bits} bits")


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("2023-06-19T06:19:55Z", "leave the zone out"),
        ("2023-06-19T06:19:55+09:00", "leave the zone out"),
        (" 2023-06-19 06:19:55", "remove the white space"),
        ("2023-06-19T06:19:55\n", "remove the white space"),
        ("2023-06-19 06:19:55", "put a T between"),
        ("2023-06-19T06:19", "add the seconds"),
        ("2023-06-19T06:1", "check that such a date"),
        ("2023-06-19T06:19:", "check that such a date"),
        ("2023-02-30T06:19:55", "check that such a date"),
        ("x", "check that such a date"),
    ],
)
@pytest.mark.parametrize("keyword", ["pattern", "not"])
def test_a_date_in_another_form_has_its_cure(keyword: str, text: str, step: str) -> None:
    found = error(keyword, "...", text)
    assert found.kind == "format"
    assert found.next_step.startswith(step)
    assert found.expected.startswith("a LocalDateTime such as 2023-06-19T06:19:55.403711")


def unknown(name: str) -> ContractViolation:
    value = {"name": 1, name: 2}
    return error("additionalProperties", {"type": "never"}, value, place=("data", name), fields=("name", "email"))


def test_an_unknown_field_is_near_to_one_that_is_absent_or_to_be_removed() -> None:
    found = unknown("emial")
    assert (found.kind, found.path, found.sent) == ("unknown-field", "$.data.emial", "2 (integer)")
    assert found.next_step == "Did you mean 'email'?"
    assert found.expected == "only documented fields, in strict mode"
    assert unknown("nmae").next_step == "remove it, or validate without strict mode"


def test_a_keyword_without_words_of_its_own_is_told_as_the_schema_has_it() -> None:
    found = error("const", "v1", "v2")
    assert (found.kind, found.expected, found.next_step) == ("const", 'const: "v1"', "compare it with the schema")
    assert error("maxItems", {"한": 1}, []).expected == 'maxItems: {"한": 1}'


WRONG: list[Any] = [None, True, -1, 2**70, 1.5, "x", "5", [], {}, [None], math.nan]


@pytest.mark.parametrize("event_type", EventType)
def test_whatever_is_in_a_field_each_faulty_place_has_one_explanation(event_type: EventType) -> None:
    payload = make_event(event_type, seed=1, nulls="null").payload
    places = [*payload, *(f"data.{name}" for name in payload["data"])]
    for at, place in enumerate(places):
        wrong = {**payload, "data": dict(payload["data"])}
        home = wrong["data"] if place.startswith("data.") else wrong
        home[place.removeprefix("data.")] = WRONG[at % len(WRONG)]
        found = list(iter_errors(wrong, strict=True))
        assert len({one.path for one in found}) == len(found)
        for one in found:
            assert one.path.startswith(f"$.{place}")
            assert one.kind in {"type", "missing", "unknown-event", "enum", "range", "format", "const", "not-an-object"}
            assert one.expected
            assert one.next_step
