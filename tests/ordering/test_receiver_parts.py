"""The parts of a delivery in a search, each by itself: answers, signatures, waits, ids, and errors that come late."""

from __future__ import annotations

import asyncio
import json
import threading
from collections import Counter
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ordering.conftest import MakeLife
from ordering.ledgers import Ledger, keep_newest

from steppay_mock import SteppayMockError, explore, make_event
from steppay_mock.delivery.answer import Answer
from steppay_mock.delivery.failure import Failure
from steppay_mock.delivery.sender.clock import Clock
from steppay_mock.ordering.receiver.answers import is_late, is_odd, read_acceptance, reason_of, tell_answer
from steppay_mock.ordering.receiver.late_errors import LateErrors
from steppay_mock.ordering.receiver.receiver import refuse_swapped_token, wants_argument
from steppay_mock.ordering.receiver.settle import UnsettledError, look_until_settled, read_settling

EVENT = make_event("payment.completed", seed=1)

# Answers.


@pytest.mark.parametrize("status", [200, 299, 422, 599])
def test_statuses_are_accepted_beside_all_2xx(status: int) -> None:
    for value in (status, [status], {status}):
        acceptance = read_acceptance(value)
        for code in (199, 200, 204, 299, 300, 422, 500, 599):
            assert acceptance.accepts(EVENT, Answer(code)) is (200 <= code <= 299 or code == status)
        assert not acceptance.accepts(EVENT, Answer(None, error="refused"))
        assert acceptance.judge is None


@pytest.mark.parametrize("status", [199, 600, -200, True, 422.0, "422", None])
def test_what_is_no_status_is_refused_also_beside_one(status: Any) -> None:
    with pytest.raises(
        SteppayMockError, match=r"expected statuses from 200 to 599, or a function .* Say accept=\[422\]\.$"
    ):
        read_acceptance([200, status])


def test_a_function_decides_alone() -> None:
    acceptance = read_acceptance(lambda event, answer: event is EVENT and answer.status == 500)
    assert acceptance.accepts(EVENT, Answer(500)) is True
    assert acceptance.accepts(EVENT, Answer(200)) is False
    assert read_acceptance(None).accepts(EVENT, Answer(200)) is True


def test_an_answer_is_odd_unless_it_is_as_expected_or_accepts_a_repeat_of_what_was_refused() -> None:
    odd = {
        (accepted, expected, is_new)
        for accepted, expected, is_new in product((True, False), repeat=3)
        if is_odd(accepted, expected, is_new=is_new)
    }
    assert odd == {(True, False, True), (False, True, True), (False, True, False)}


@pytest.mark.parametrize(
    ("answer", "accepted", "told"),
    [
        (Answer(204), True, "204"),
        (Answer(200, body=b" fine "), True, "200"),
        (Answer(409, body=b" known \n"), False, "409, known"),
        (Answer(409, body=b" \n"), False, "409"),
        (Answer(409, body=b"x" * 160), False, f"409, {'x' * 160}"),
        (Answer(409, body=b"x" * 161), False, f"409, {'x' * 160}..."),
        (Answer(None, error="timed out", failure=Failure.TIMED_OUT), False, "no answer, timed out"),
        (Answer(500, body=b"sorry", error="it raised"), False, "500, it raised"),
        (Answer(200, error="it raised\nlater"), True, "200, it raised\\nlater"),
    ],
)
def test_an_answer_is_told_in_a_line(answer: Answer, told: str, *, accepted: bool) -> None:
    assert tell_answer(answer, accepted=accepted) == told


def test_reasons_are_equal_for_the_same_status_and_type_of_error() -> None:
    one, two = (Answer(500, exception=KeyError(name)) for name in ("a", "b"))
    others = [Answer(500), Answer(500, exception=ValueError("a")), Answer(502, exception=KeyError("a")), Answer(None)]
    assert reason_of(one) == reason_of(two)
    assert len({reason_of(one), *map(reason_of, others)}) == 5


def test_only_what_timed_out_is_late() -> None:
    assert [is_late(Answer(None, failure=failure)) for failure in Failure] == [
        failure is Failure.TIMED_OUT for failure in Failure
    ]


# Waiting for late work.


@given(
    reads=st.lists(st.integers(0, 2), min_size=1, max_size=12),
    seconds=st.sampled_from([0.04, 0.2, 0.4, 0.5, 1.0]),
)
def test_a_state_has_settled_once_it_was_the_same_for_so_long(reads: list[int], seconds: float) -> None:
    step = min(seconds / 4, 0.1)
    wanted = round(seconds / step)
    looked: list[int] = []
    slept: list[float] = []

    def look() -> int:
        looked.append(reads[min(len(looked), len(reads) - 1)])
        return looked[-1]

    number = look_until_settled(look, seconds=seconds, limit=100, sleep=slept.append)
    assert {*slept} == {step}
    assert len(looked) == len(slept) + 1
    assert {*looked[-wanted - 1 :]} == {number}
    stretches = [looked[at : at + wanted + 1] for at in range(len(looked) - wanted)]
    assert all(len({*stretch}) > 1 for stretch in stretches[:-1])  # and it was not waited for longer


@pytest.mark.parametrize(("seconds", "limit", "times"), [(0.25, 1.0, 21), (0.375, 0.375, 9)])
def test_a_state_that_never_settles_is_looked_at_until_the_limit(seconds: float, limit: float, times: int) -> None:
    looked: list[int] = []
    slept: list[float] = []

    def look() -> int:
        looked.append(len(looked))
        return looked[-1]

    with pytest.raises(UnsettledError) as caught:
        look_until_settled(look, seconds=seconds, limit=limit, sleep=slept.append)
    assert str(caught.value) == (
        f"The state was never unchanged for {seconds:g} s within {limit:g} s. Give a smaller settle=, or name what "
        "always changes with ignore="
    )
    assert len(slept) == times
    assert sum(slept) > limit + seconds > sum(slept[:-1]) - 1e-9


def test_what_settle_is_given_as_is_kept() -> None:
    def wait() -> None:
        pass

    for given_as, waits, seconds in ((wait, wait, 0.0), (1, None, 1.0), (0.25, None, 0.25)):
        settling = read_settling(given_as)
        assert settling is not None
        assert (settling.wait, settling.seconds) == (waits, seconds)
        assert isinstance(settling.seconds, float)
    assert read_settling(None) is None


# Signatures.


def test_a_signature_is_used_again_for_a_minute_and_a_copy_is_signed_a_second_later(make_life: MakeLife) -> None:
    now = [1_736_910_000.0]
    ledger = Ledger(keep_newest)
    signed: list[tuple[float, int, int]] = []
    came: Counter[int] = Counter()
    steps = iter([0.0, 1.0, 58.9, 0.2, 59.9, -65.0, 0.0, *[0.0] * 500])

    def app(environ: dict[str, Any], start_response: Any) -> Any:
        body = environ["wsgi.input"].getvalue()
        minute = json.loads(body)["timestamp"]
        second = environ["HTTP_STEPPAY_SIGNATURE"].removeprefix("timestamp=").partition(",")[0]
        signed.append((now[0], came[minute], int(second)))
        came[minute] += 1
        now[0] += next(steps)
        return ledger(environ, start_response)

    def reset() -> None:
        came.clear()
        ledger.reset()

    found = explore(
        make_life(3),
        app,
        state=ledger.state,
        reset=reset,
        secret="whsec_of_the_tests",
        clock=Clock(now=lambda: now[0]),
        losses=False,
    )
    assert found.verdict == "proved"
    kept = -1.0
    for moment, copies, second in signed:
        if not 0 <= moment - kept < 60:
            kept = moment
        assert 0 <= second - copies - int(kept) <= 60
        assert second - copies <= moment
    at = [moment for moment, _, _ in signed]
    assert at[:7] == pytest.approx(
        [1_736_910_000, 1_736_910_000, 1_736_910_001, 1_736_910_059.9, 1_736_910_060.1, 1_736_910_120, 1_736_910_055]
    )
    fresh = [second - copies for _, copies, second in signed]
    # The same event, signed within the minute, has the same second; after it, or where the clock went back, another.
    assert fresh[3] == 1_736_910_000
    assert fresh[4] == 1_736_910_060
    assert fresh[6] == 1_736_910_055
    assert max(copies for _, copies, _ in signed) > 1


# What wants the app, or the ids.


def _one(_x: Any) -> None: ...
def _none() -> None: ...
def _default(_x: Any = 1) -> None: ...
def _keyword(*, _x: Any) -> None: ...
def _two(_x: Any, _y: Any) -> None: ...


@pytest.mark.parametrize(
    ("function", "wants"),
    [(_one, True), (_none, False), (_default, True), (_keyword, False), (_two, True), (dict, True), (print, True)],
)
def test_a_function_of_the_ids_takes_an_argument(function: Callable[..., Any], *, wants: bool) -> None:
    assert wants_argument(function) is wants


def test_token_receiver_and_events_in_the_wrong_places_are_told_with_the_corrected_call(make_life: MakeLife) -> None:
    call = "replay(token, {receiver}{events}, ...)"
    for token, receiver, corrected in (
        ("sp1.x", make_life(2), "replay(token, app, events=events, ...)"),
        ("http://127.0.0.1:8000/hook", "sp1.x", "replay(token, 'http://127.0.0.1:8000/hook', ...)"),
        (print, "sp1.x", "replay(token, app, ...)"),
    ):
        with pytest.raises(SteppayMockError) as caught:
            refuse_swapped_token(token, receiver, call=call)
        assert str(caught.value).endswith(f"Write {corrected}")
    refuse_swapped_token("sp1.x", "http://127.0.0.1:8000/hook", call=call)
    refuse_swapped_token("sp1.x", print, call=call)
    refuse_swapped_token("sp1.x", Ledger(keep_newest), call=call)


# Errors after the answer.


def fall(error: BaseException) -> None:
    raise error


def in_a_thread(error: BaseException) -> None:
    thread = threading.Thread(target=fall, args=(error,))
    thread.start()
    thread.join()


def test_errors_of_threads_are_noted_by_kind_and_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    passed_on: list[Any] = []
    monkeypatch.setattr(threading, "excepthook", passed_on.append)
    before = threading.excepthook
    with LateErrors() as late:
        for error, times in ((KeyError("a"), 1), (ValueError("b"), 3), (OSError("c"), 2), (TypeError("d"), 2)):
            for _ in range(times):
                in_a_thread(error)
    assert threading.excepthook is before
    assert len(passed_on) == 8
    in_a_thread(KeyError("after"))
    assert [note.partition(":")[0] for note in late.notes] == [
        "A thread of the receiver raised ValueError after the answer, 3 times",
        "A thread of the receiver raised OSError after the answer, 2 times",
        "A thread of the receiver raised TypeError after the answer, 2 times",
    ]


def test_an_error_that_came_once_is_told_as_such_and_another_hook_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "excepthook", lambda _told: None)

    def of_another(_told: Any) -> None:
        pass

    with LateErrors() as late:
        in_a_thread(KeyError("a"))
        threading.excepthook = of_another
    assert threading.excepthook is of_another
    (note,) = late.notes
    assert note.startswith(
        "A thread of the receiver raised KeyError after the answer, once: the log has the traceback."
    )


def test_tasks_whose_error_nobody_asked_for_are_noted(caplog: pytest.LogCaptureFixture) -> None:
    late = LateErrors()
    loop = asyncio.new_event_loop()
    try:
        late.watch(loop)
        loop.call_exception_handler({"message": "a task", "exception": OSError("gone")})
        assert len(late.notes) == 1
        loop.call_exception_handler({"message": "no error"})
    finally:
        loop.close()
    assert len(late.notes) == 1
    assert late.notes[0].startswith("A task of the receiver raised OSError after the answer, once")
    assert len(caplog.records) == 2  # asyncio logs them as it does without us
