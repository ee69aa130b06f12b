"""What a failed outcome is called, what was expected instead, and what is said to be done next."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pytest

from steppay_mock import Outcome, SignatureError, make_event
from steppay_mock.delivery.explain import _RAISED, _may_be_the_clock, failure, in_words
from steppay_mock.delivery.failure import Failure
from steppay_mock.delivery.next_step import BROKE

EVENT = make_event("payment.completed", seed=7)


def outcome(status: int | None = 500, **facts: Any) -> Outcome:
    return Outcome(event=EVENT, position=2, status=status, latency=0.1, **facts)


def told(one: Outcome, *, success: Collection[int] | None = None, failed: int = 1) -> Any:
    return failure(one, failed=failed, total=9, receiver="the shop", success=success)


@pytest.mark.parametrize(
    ("statuses", "words"),
    [
        ([200], "200"),
        ([204, 200], "200 or 204"),
        ([200, 201], "200 to 201"),
        ([200, 201, 202, 404], "200 to 202 or 404"),
        ([200, 204, *range(300, 400)], "200, 204 or 300 to 399"),
    ],
)
def test_statuses_are_told_as_spans(statuses: list[int], words: str) -> None:
    assert in_words(statuses) == words


@pytest.mark.parametrize(
    ("one", "kind"),
    [
        (outcome(None, error="connection refused", failure=Failure.REFUSED), "unreachable"),
        (outcome(None, exception=KeyError()), "unreachable"),
        (outcome(500, error="the app raised", exception=KeyError()), "raised"),
        (outcome(200, error="broken off"), "broken-answer"),
        (outcome(299), "status"),
        (outcome(300), "redirect"),
        (outcome(399), "redirect"),
        (outcome(400), "status"),
        (outcome(400, fault="body-spaced", control=outcome(500)), "no-verdict"),
        (outcome(400, fault="body-spaced", control=outcome(204)), "status"),
    ],
)
def test_the_kind_of_a_failure(one: Outcome, kind: str) -> None:
    assert told(one).kind == kind


def test_the_place_and_the_answer_and_how_many_there_were() -> None:
    first = told(outcome(404, body=b"no such path"))
    assert (first.event, first.path, first.sent) == (
        "payment.completed",
        "delivery 3 of 9, the shop",
        "404, no such path",
    )
    assert told(outcome(404), failed=2).sent == "404 (the first of 2 failures)"


def test_what_was_expected() -> None:
    assert told(outcome()).expected == "an answer with a 2xx status"
    assert told(outcome(), success=[200, 201]).expected == "an answer with the status 200 to 201"
    undecided = outcome(400, fault="body-spaced", control=outcome(500))
    assert told(undecided).expected == (
        "the event without the fault to be taken (2xx), before the fault body-spaced can be judged"
    )


ONLY = "Only 200 counts as success: let the receiver answer so, or change success=."


def test_a_whole_2xx_answer_that_is_no_success_is_told_so_also_of_the_control() -> None:
    assert told(outcome(204), success=[200]).next_step == ONLY
    for other in (outcome(204, error="broken off"), outcome(404), outcome(204, fault="body-spaced")):
        assert told(other, success=[200]).next_step != ONLY
    assert told(outcome(204)).next_step != ONLY
    undecided = outcome(400, fault="body-spaced", control=outcome(204, met=False))
    assert told(undecided, success=[200]).next_step == ONLY


def test_the_step_of_a_fault_without_a_verdict_is_that_of_the_plain_event() -> None:
    undecided = outcome(400, fault="body-spaced", control=outcome(404))
    assert told(undecided).next_step == told(outcome(404)).next_step
    decided = outcome(500, fault="body-spaced", control=outcome(204))
    assert told(decided).next_step != told(outcome(500)).next_step


def test_a_journal_is_named_where_there_is_one() -> None:
    plain = told(outcome(404)).next_step
    assert failure(outcome(404), failed=1, total=9, receiver="the shop", journal=True).next_step == (
        f"{plain} The journal has every answer."
    )


def test_the_step_follows_what_happened() -> None:
    late = told(outcome(200, error="timed out", failure=Failure.TIMED_OUT)).next_step
    assert late.startswith("Let the receiver answer first and work later.")
    assert told(outcome(500, error="raised", exception=KeyError())).next_step == _RAISED
    assert told(outcome(200, error="broken off", failure=Failure.BROKEN)).next_step == BROKE
    assert told(outcome(None, error="refused", failure=Failure.REFUSED)).next_step == (
        "Start the receiver, or correct to=."
    )
    assert told(outcome(302, headers={"location": "/there"})).next_step.startswith("A redirect is an outcome")
    assert "SECURE_SSL_REDIRECT" in told(outcome(301, headers={"location": "https://testserver/x"})).next_step
    assert told(outcome(500)).next_step == told(outcome(599)).next_step != told(outcome(499)).next_step
    assert told(outcome(418)).next_step.startswith("Answer 2xx for an event that was taken")


def signature_error(kind: str) -> SignatureError:
    return SignatureError(kind=kind, event="?", path="$", expected="", sent="", next_step="")


@pytest.mark.parametrize(
    ("one", "perhaps"),
    [
        *[(outcome(status), status in {400, 401, 403}) for status in (400, 401, 402, 403, 404, 500)],
        *[(outcome(500, exception=signature_error(kind)), True) for kind in ("stale", "future")],
        (outcome(500, exception=signature_error("mismatch")), False),
        (outcome(401, exception=KeyError("stale")), False),
    ],
)
def test_the_clock_is_suspected_where_an_age_may_have_been_refused(one: Outcome, perhaps: bool) -> None:  # noqa: FBT001
    assert _may_be_the_clock(one) is perhaps
    facts: dict[str, Any] = {"exception": one.exception, "error": None if one.exception is None else "raised"}
    for moved in (True, False):
        step = told(outcome(one.status, moved_clock=moved, **facts)).next_step
        assert ("Pass clock=Clock(now=...)" in step) is (perhaps and moved)
