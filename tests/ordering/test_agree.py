"""A truth that is written by hand is met by rows of any class, in any order, and by booleans that come as numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from steppay_mock.ordering.state.normal import normalise
from steppay_mock.ordering.state.rows import agrees


@dataclass
class Payment:
    id: int
    paid: Any = True


@dataclass
class Refund:
    id: int
    paid: Any = True


@pytest.mark.parametrize(
    ("state", "truth"),
    [
        ([{"id": 1, "paid": True}], [{"id": 1, "paid": True}]),
        ([{"id": 1, "paid": 1}], [{"id": 1, "paid": True}]),
        ([Payment(1)], [{"id": 1, "paid": True}]),
        ({"a": {7: [Payment(1, 0)]}}, {"a": {7: [{"id": 1, "paid": False}]}}),
        ([Payment(1)], [Payment(1, 1)]),
        ([Payment(1), Payment(2)], [{"id": 2, "paid": True}, {"id": 1, "paid": True}]),
    ],
)
def test_a_state_agrees_with_a_truth_that_says_the_same(state: Any, truth: Any) -> None:
    assert agrees(normalise(state), normalise(truth))


@pytest.mark.parametrize(
    ("state", "truth"),
    [
        ([{"id": 1, "paid": False}], [{"id": 1, "paid": True}]),
        ([{"id": 1, "paid": 2}], [{"id": 1, "paid": True}]),
        ([Payment(1)], [Refund(1)]),
        ([Payment(2)], [{"id": 1, "paid": True}]),
        ([Payment(1), Payment(1)], [{"id": 1, "paid": True}]),
        (["a", "b"], ["b", "a"]),
    ],
)
def test_and_with_no_other(state: Any, truth: Any) -> None:
    assert not agrees(normalise(state), normalise(truth))
