"""What an outcome is to Python, in a line, and as a verdict."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from steppay_mock import Outcome, make_event

PLAIN = Outcome(event=make_event("payment.completed", seed=7), position=0, status=400, latency=0.1, fault="body-spaced")


@pytest.mark.parametrize(
    "beside",
    [{"exception": KeyError("a")}, {"control": replace(PLAIN, status=204)}, {"moved_clock": True}, {"met": True}],
)
def test_what_stands_beside_an_outcome_makes_no_other_outcome_and_is_not_shown(beside: dict[str, Any]) -> None:
    other = replace(PLAIN, **beside)
    assert (other == PLAIN, hash(other) == hash(PLAIN), repr(other) == repr(PLAIN)) == (True, True, True)


def test_headers_and_body_are_compared_and_not_shown() -> None:
    for facts in ({"headers": {"x-a": "secret"}}, {"body": b"secret"}):
        other = replace(PLAIN, **facts)
        assert other != PLAIN
        assert repr(other) == repr(PLAIN)


@pytest.mark.parametrize(
    ("status", "error", "taken"),
    [
        (199, None, False),
        (200, None, True),
        (299, None, True),
        (300, None, False),
        (None, None, False),
        (200, "a", False),
    ],
)
def test_a_whole_2xx_answer_is_taken(*, status: int | None, error: str | None, taken: bool) -> None:
    one = replace(PLAIN, status=status, error=error)
    assert (one.was_taken, one.ok) == (taken, taken)
    assert (replace(one, met=True).ok, replace(one, met=False).ok) == (True, False)


def test_without_the_plain_event_taken_there_is_no_verdict() -> None:
    refused = replace(PLAIN, status=500, fault=None, body=b"boom")
    taken = replace(refused, status=204, body=b"")
    for met in (True, False, None):
        undecided = replace(PLAIN, met=met, control=refused)
        assert (undecided.undecided, undecided.ok) == (True, False)
        assert str(undecided) == ("payment.completed (body-spaced): 400; no verdict: without the fault 500, boom")
        decided = replace(PLAIN, met=met, control=taken)
        assert (decided.undecided, decided.ok) == (False, bool(met))
        assert str(decided) == str(PLAIN) == "payment.completed (body-spaced): 400"


@pytest.mark.parametrize("status", [None, 200, 299, 300, 399, 400])
def test_only_a_3xx_answer_points_elsewhere(status: int | None) -> None:
    one = replace(PLAIN, status=status, headers={"location": "/there"})
    assert one.redirect == ("/there" if status in {300, 399} else None)
    assert (" to /there" in str(one)) is (status in {300, 399})
