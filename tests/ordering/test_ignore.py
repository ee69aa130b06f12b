"""What is ignored is left out of a state; a pattern that was never met is told, and one that says nothing refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from steppay_mock import SteppayMockError
from steppay_mock.ordering.state.ignore import read_ignore
from steppay_mock.ordering.state.normal import normalise, plain


@dataclass(frozen=True)
class Mail:
    to: str
    sent_at: int


STATE = {
    "id": 0,
    "payments": [{"id": 1, "status": "paid", "seen_at": 5}, {"id": 2, "status": "failed", "seen_at": 6}],
    "meta": {"a name": 1, "by id": {7: {"id": 3, "made-at": 4}}, "dotted.key": 8},
    "mails": {Mail("kim", 9), Mail("lee", 9)},
}


def left(*patterns: str) -> Any:
    return plain(normalise(STATE, ignore=read_ignore(patterns)))


WHOLE = plain(normalise(STATE))


def test_a_bare_name_is_that_key_anywhere() -> None:
    shown = left("id")
    assert shown["payments"] == [{"seen_at": 5, "status": "paid"}, {"seen_at": 6, "status": "failed"}]
    assert "id" not in shown
    assert shown["meta"]["by id"] == {7: {"made-at": 4}}


def test_a_star_in_a_name_stands_for_any_letters() -> None:
    shown = left("*_at")
    assert shown["payments"] == [{"id": 1, "status": "paid"}, {"id": 2, "status": "failed"}]
    assert shown["mails"] == [{"to": "kim"}, {"to": "lee"}]
    assert shown["meta"] == WHOLE["meta"]
    assert left("*-at")["meta"]["by id"] == {7: {"id": 3}}
    assert "meta" not in left("m*t*")


def test_a_path_is_that_place_only() -> None:
    shown = left("$.payments[*].id")
    assert shown["payments"] == [{"seen_at": 5, "status": "paid"}, {"seen_at": 6, "status": "failed"}]
    assert {**shown, "payments": None} == {**WHOLE, "payments": None}
    assert left("$.payments[0].id")["payments"][1] == STATE["payments"][1]  # type: ignore[index]
    assert left("$.payments[0]")["payments"] == [WHOLE["payments"][1]]
    assert left("$.payments") == {key: value for key, value in WHOLE.items() if key != "payments"}


def test_two_dots_are_any_depth() -> None:
    assert left("$..id") == left("id")
    assert left("$.meta..id")["meta"]["by id"] == {7: {"made-at": 4}}
    assert left("$.meta..id")["payments"] == WHOLE["payments"]
    assert left("$..[1]")["payments"] == WHOLE["payments"][:1]


def test_keys_that_are_no_names_stand_in_brackets() -> None:
    assert left("$.meta['a name']")["meta"] == {"by id": WHOLE["meta"]["by id"], "dotted.key": 8}
    assert left('$.meta["dotted.key"]')["meta"] == {"by id": WHOLE["meta"]["by id"], "a name": 1}
    assert left("$.meta['by id'][7]")["meta"]["by id"] == {}
    assert left("$.meta.*.*.id")["meta"]["by id"] == {7: {"made-at": 4}}


def test_patterns_meet_whichever_comes_first() -> None:
    assert left("$.payments[*].id", "payments", "*_at") == left("*_at", "payments")


def test_a_pattern_that_nothing_matched_is_told() -> None:
    ignore = read_ignore(["received_at", "$.payments[*].id", "$.payment[*].id", "$.payments[9]", "received_at"])
    assert ignore.unmatched() == ("received_at", "$.payments[*].id", "$.payment[*].id", "$.payments[9]")
    normalise(STATE, ignore=ignore)
    assert ignore.unmatched() == ("received_at", "$.payment[*].id", "$.payments[9]")
    normalise([{"received_at": 1}], ignore=ignore)
    assert ignore.unmatched() == ("$.payment[*].id", "$.payments[9]")


def test_one_pattern_need_not_stand_in_a_list() -> None:
    assert read_ignore("id").patterns == ("id",)
    assert read_ignore(()).unmatched() == ()
    ready = read_ignore("id")
    assert read_ignore(ready) is ready


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("payments.id", "ignore='payments.id' is no path: it is no bare name, and does not begin with $. Say "),
        ("", "ignore='' is no path: it is no bare name"),
        ("$.payments[", "ignore='$.payments[' is no path from '[' on. Say "),
        ("$payments", "ignore='$payments' is no path from 'payments' on."),
        ("$.rows[-1]", "ignore='$.rows[-1]' is no path from '[-1]' on."),
        ("$.rows[?(@.id)]", "is no path from '[?(@.id)]' on."),
        ("$.a..", "is no path from '..' on."),
        ("$", "ignore='$' would leave nothing to compare. Name what does not count: "),
        ("*", "ignore='*' would leave nothing to compare."),
        ("$.*", "ignore='$.*' would leave nothing to compare."),
        ("$..[*]", "would leave nothing to compare."),
        (7, "ignore=7 is no path and no list of paths. Say 'received_at' (anywhere), '*_at'"),
        (["id", 7], "ignore=7 is no path: a path is a text. Say "),
    ],
)
def test_a_pattern_that_makes_no_sense_is_named(given: object, message: str) -> None:
    with pytest.raises(SteppayMockError) as caught:
        read_ignore(given)
    assert message in str(caught.value)
