"""The answer of an app in process, bit by bit: its bounds, its latency, and how it broke its protocol."""

from __future__ import annotations

import pytest

from steppay_mock.delivery.answer import MAX_ANSWER
from steppay_mock.delivery.failure import Failure
from steppay_mock.delivery.in_process import answer_builder as builder_module
from steppay_mock.delivery.in_process.answer_builder import AnswerBuilder, ProtocolError


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, in a list of one number."""
    told = [10.0]
    monkeypatch.setattr(builder_module, "perf_counter", lambda: told[0])
    return told


def whole(status: int = 200) -> AnswerBuilder:
    built = AnswerBuilder()
    built.begin(status, [])
    built.end()
    return built


def test_a_final_status_is_from_200_to_599() -> None:
    for status in (0, 100, 199, 600, 999):
        built = AnswerBuilder()
        with pytest.raises(ProtocolError, match=f"its status is {status}; a final one is 200 to 599"):
            built.begin(status, [])
        assert (built.status, built.violation) == (None, f"its status is {status}; a final one is 200 to 599")
    for status in (200, 599):
        assert whole(status).answer().status == status


def test_headers_are_in_small_letters_and_those_of_one_name_are_joined() -> None:
    built = AnswerBuilder()
    built.begin(200, [("A", "1"), ("b", "2"), ("a", "3")])
    built.end()
    assert built.answer().headers == {"a": "1, 3", "b": "2"}


def test_a_body_has_64_kib_and_the_rest_is_dropped() -> None:
    built = AnswerBuilder()
    built.begin(200, [])
    assert (built.begun, built.full) == (False, False)
    built.write(b"")
    assert built.begun is False, "nothing is written yet, so that the headers may still change"
    built.write(b"x" * (MAX_ANSWER - 1))
    assert (built.begun, built.full) == (True, False)
    built.write(b"yz")
    assert built.full is True
    built.write(b"z")
    built.end()
    assert built.answer().body == b"x" * (MAX_ANSWER - 1) + b"y"


def test_a_body_is_bytes_behind_a_status() -> None:
    with pytest.raises(ProtocolError, match="it sent a body before a status"):
        AnswerBuilder().write(b"")
    built = AnswerBuilder()
    built.begin(200, [])
    with pytest.raises(ProtocolError, match="its body holds str in the place of bytes"):
        built.write("text")
    answer = built.answer()
    assert (answer.status, answer.failure) == (500, Failure.BROKEN)
    assert answer.error == "the app broke its protocol: its body holds str in the place of bytes"


def test_the_latency_ends_with_the_answer_or_with_the_wait_for_it(at: list[float]) -> None:
    ended, open_ = AnswerBuilder(), AnswerBuilder()
    ended.begin(200, [])
    at[0] = 12.5
    ended.end()
    at[0] = 14.0
    assert (ended.answer().latency, open_.answer().latency) == (2.5, 4.0)
    assert open_.answer(late=4.0).latency == 4.0


def test_an_answer_that_did_not_come_whole_is_500_without_a_body() -> None:
    for begun, words in ((False, "the app ended without an answer"), (True, "the app ended amid its answer")):
        built = AnswerBuilder()
        if begun:
            built.begin(204, [("a", "b")])
            built.write(b"part")
        answer = built.answer()
        assert (answer.status, answer.headers, answer.body) == (500, {}, b"")
        assert (answer.failure, answer.error) == (Failure.BROKEN, words)


def test_an_answer_that_is_late_is_as_far_as_it_came() -> None:
    built = AnswerBuilder()
    assert (built.answer(late=3).status, built.answer(late=3).error) == (None, "timed out after 3 s")
    built.begin(204, [("a", "b")])
    built.write(b"part")
    answer = built.answer(late=3)
    assert (answer.status, answer.headers, answer.body) == (204, {"a": "b"}, b"part")
    assert (answer.failure, answer.error) == (Failure.TIMED_OUT, "timed out after 3 s")


@pytest.mark.parametrize(
    ("status", "after"), [(None, ""), (200, " after its answer"), (404, " after its answer"), (500, "")]
)
def test_what_an_app_raises_is_told_with_when(status: int | None, after: str) -> None:
    built = AnswerBuilder() if status is None else whole(status)
    built.exception = ValueError("boom")
    answer = built.answer()
    assert (answer.status, answer.failure) == (status or 500, Failure.RAISED)
    assert answer.error == f"the app raised{after}: ValueError: boom"
    assert answer.exception is built.exception
    if status is not None:
        with pytest.raises(ProtocolError):
            built.refuse("it said more")
        assert built.answer().error == f"the app broke its protocol{after}: it said more"


def test_what_a_framework_handled_counts_where_it_answered_500() -> None:
    handled = [KeyError("first"), ValueError("last")]
    for status, raised, noted in ((500, handled, True), (501, handled, False), (200, handled, False), (500, [], False)):
        built = whole(status)
        built.note_raised(raised)
        assert (built.exception is handled[-1]) == noted
        assert (built.answer().failure is Failure.RAISED) == noted
    built = whole(500)
    built.exception = first = TypeError("of the app itself")
    built.note_raised(handled)
    assert built.exception is first
