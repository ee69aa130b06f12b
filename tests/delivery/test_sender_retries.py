"""The moments of all attempts, by a clock that goes on only when the sender waits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

import pytest
from delivery.counting import payloads
from delivery.standins import Instant, Sent, Time, install

from steppay_mock import ContractViolation, verify
from steppay_mock.delivery.answer import Answer
from steppay_mock.delivery.endpoint import Endpoint
from steppay_mock.delivery.retries import PRESETS, RetryPolicy
from steppay_mock.delivery.run.progress import RunProgress
from steppay_mock.delivery.schedule import Deliver, Overlap, Step, Wait, plan
from steppay_mock.delivery.sender.sender import Sender

URL = "http://127.0.0.1:9/hook"


def sender(instant: Instant, **options: Any) -> Sender:
    return Sender(URL, secret="whsec_test", clock=instant.time.clock, **options)


def failing(times: int, *, status: int | None = 500, **headers: str) -> Callable[[Sent], Answer]:
    """Answers that fail so often for each event, and succeed from then on."""
    seen: Counter[int] = Counter()

    def answer(sent: Sent) -> Answer:
        seen[sent.id] += 1
        return Answer(status, headers) if seen[sent.id] <= times else Answer(204)

    return answer


def journals(tmp_path: Path) -> list[str | None]:
    return [None, str(tmp_path / "journal.sqlite")]


@pytest.mark.parametrize("name", [name for name, one in PRESETS.items() if not one.jitter])
def test_a_preset_without_jitter_makes_its_attempts_at_its_very_times(instant: Instant, name: str) -> None:
    instant.answer = failing(99)
    report = sender(instant, retries=name).send(payloads(1))
    assert instant.times == list(accumulate(PRESETS[name].delays, initial=0))
    assert (report.failed, report.pending, report.retried) == (1, 0, len(PRESETS[name].delays))


@pytest.mark.parametrize("name", [name for name, one in PRESETS.items() if one.jitter])
def test_a_preset_with_jitter_makes_its_attempts_near_its_times_and_a_seed_repeats_them(
    monkeypatch: pytest.MonkeyPatch, name: str, tmp_path: Path
) -> None:
    found = []
    for journal in [None, *journals(tmp_path)]:
        instant = Instant(Time(), failing(99))
        install(monkeypatch, instant)
        sender(instant, retries=name, journal=journal).send(payloads(1), seed=7)
        found.append(instant.times)
    gaps = [after - before for before, after in pairwise(found[0])]
    assert gaps == pytest.approx(PRESETS[name].delays, rel=0.1)
    assert gaps != pytest.approx(PRESETS[name].delays, rel=0.001)
    assert found[0] == found[1] == found[2]


def test_jitter_is_not_moved_by_what_else_is_in_flight(monkeypatch: pytest.MonkeyPatch) -> None:
    retries = RetryPolicy(name="mine", delays=(100,), jitter=0.5)
    found = []
    for at_once in (1, 7):
        instant = Instant(Time(), failing(1))
        install(monkeypatch, instant)
        sender(instant, retries=retries, concurrency=at_once).send(payloads(7), seed=7)
        found.append({one.id: one.at for one in instant.sent[7:]})
    assert found[0] == pytest.approx(found[1])
    assert len(set(found[0].values())) == 7


def test_nothing_is_tried_again_unless_that_was_asked_for(instant: Instant) -> None:
    instant.answer = failing(1)
    report = sender(instant).send(payloads(3))
    assert (instant.ids, report.failed, report.retried) == ([0, 1, 2], 3, 0)


def test_others_go_on_while_one_waits_for_its_retry(instant: Instant) -> None:
    instant.answer = lambda sent: Answer(500) if sent.id == 0 and sent.at == 0 else Answer(204)
    report = sender(instant, retries=[30]).send(payloads(3))
    assert (instant.ids, instant.times) == ([0, 1, 2, 0], [0, 0, 0, 30])
    report.assert_ok()


@pytest.mark.parametrize("at_once", [1, 8])
def test_fifo_blocking_sends_nothing_else_until_a_delivery_is_settled(instant: Instant, at_once: int) -> None:
    instant.answer = failing(2)
    sender(instant, retries="fifo-blocking", concurrency=at_once).send(payloads(3))
    assert instant.ids == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert instant.times == [0, 1, 3, 3, 4, 6, 6, 7, 9]
    assert instant.most == 1


def test_fifo_blocking_goes_on_once_a_delivery_is_given_up(instant: Instant) -> None:
    instant.answer = lambda sent: Answer(500) if sent.id == 0 else Answer(204)
    report = sender(instant, retries="fifo-blocking").send(payloads(2))
    assert instant.ids == [0] * 10 + [1]
    assert (report.failed, report.succeeded) == (1, 1)


def test_fifo_blocking_waits_for_all_that_were_sent_at_once(instant: Instant) -> None:
    instant.answer = lambda sent: Answer(500) if sent.id == 0 and sent.at < 3 else Answer(204)
    schedule = plan(list(payloads(3)), [Overlap(events=(0, 1)), Deliver(event=2)])
    sender(instant, retries="fifo-blocking").send(schedule)
    assert instant.ids == [0, 1, 0, 0, 2]


def hooks() -> list[Endpoint]:
    return [Endpoint(url=f"{URL}/{name}", name=name) for name in ("a", "b")]


def to(instant: Instant, name: str) -> list[tuple[int, float]]:
    """What one receiver was sent, and when."""
    return [(one.id, one.at) for one in instant.sent if one.endpoint.endswith(name)]


@pytest.mark.parametrize("at_once", [1, 8])
def test_fifo_blocking_holds_up_one_receiver_and_not_the_other(instant: Instant, at_once: int, tmp_path: Path) -> None:
    instant.answer = lambda sent: Answer(500 if sent.endpoint.endswith("a") and sent.at < 3 else 204)
    for journal in journals(tmp_path):
        instant.time.passed = 0
        instant.sent.clear()
        made = Sender(hooks(), retries="fifo-blocking", concurrency=at_once, clock=instant.time.clock, journal=journal)
        made.send(payloads(3)).assert_ok()
        assert to(instant, "b") == [(0, 0), (1, 0), (2, 0)]
        assert to(instant, "a") == [(0, 0), (0, 1), (0, 3), (1, 3), (2, 3)]


def test_fifo_blocking_waits_of_the_story_go_on_for_the_other_receiver(instant: Instant) -> None:
    instant.answer = lambda sent: Answer(500 if sent.endpoint.endswith("a") and sent.at < 7 else 204)
    schedule = plan(list(payloads(3)), [Deliver(event=0), Wait(seconds=5), Overlap(events=(1, 2))])
    Sender(hooks(), retries="fifo-blocking", clock=instant.time.clock).send(schedule).assert_ok()
    assert to(instant, "b") == [(0, 0), (1, 5), (2, 5)]
    assert to(instant, "a") == [(0, 0), (0, 1), (0, 3), (0, 7), (1, 7), (2, 7)]


def test_fifo_blocking_keeps_a_rate_over_all_receivers(instant: Instant) -> None:
    Sender(hooks(), retries="fifo-blocking", rate=1, clock=instant.time.clock).send(payloads(2)).assert_ok()
    assert instant.times == [0, 1, 2, 3]


def test_fifo_blocking_reads_only_so_far_ahead_of_a_receiver_that_is_held_up(instant: Instant) -> None:
    read: list[float] = []

    def events() -> Iterator[dict[str, Any]]:
        for payload in payloads(1_500):
            read.append(instant.time.passed)
            yield payload

    instant.answer = lambda sent: Answer(500 if sent.endpoint.endswith("a") and sent.at < 1 else 204)
    Sender(hooks(), retries="fifo-blocking", clock=instant.time.clock).send(events()).assert_ok()
    assert read.count(0) == 1_001
    assert to(instant, "b") == [(number, float(number >= 1_000)) for number in range(1_500)]


def test_fifo_blocking_holds_up_its_receiver_after_a_resume_too(instant: Instant, tmp_path: Path) -> None:
    made = Sender(hooks(), retries="fifo-blocking", clock=instant.time.clock, journal=tmp_path / "journal.sqlite")
    instant.answer = lambda sent: Answer(500 if sent.endpoint.endswith("a") and sent.at < 3 else 204)

    def watch(progress: RunProgress) -> None:
        if progress.retried:
            made.stop()

    assert made.send(payloads(3), watch=watch).stopped
    instant.sent.clear()
    [report] = made.resume()
    report.assert_ok()
    assert [number for number, _ in to(instant, "a")] == [0, 1, 2]


@pytest.mark.parametrize("status", [301, 302, 307, 400, 404, 429, 500, 503, None])
def test_whatever_is_no_2xx_fails_and_is_tried_again(instant: Instant, status: int | None) -> None:
    instant.answer = failing(1, status=status)
    report = sender(instant, retries=[10]).send(payloads(1))
    assert (instant.times, report.statuses) == ([0, 10], {status: 1, 204: 1})


def test_an_answer_that_broke_off_fails_whatever_its_status(instant: Instant) -> None:
    instant.answer = lambda _sent: Answer(200, error="no whole HTTP answer: it broke off")
    report = sender(instant).send(payloads(1))
    assert (report.failed, str(report.failures[0])) == (1, "customer.created: 200, no whole HTTP answer: it broke off")


def test_success_is_what_was_said_to_be_success(instant: Instant) -> None:
    instant.answer = lambda sent: Answer([200, 204, 409][sent.id])
    report = sender(instant, success=[200, 409]).send(payloads(3))
    assert (report.succeeded, report.failed, str(report.failures[0])) == (2, 1, "customer.created: 204")
    with pytest.raises(ContractViolation) as violation:
        report.assert_ok()
    assert str(violation.value).splitlines()[1:] == [
        "  expected: an answer with the status 200 or 409",
        "  sent:     204",
        "  next:     Only 200 or 409 counts as success: let the receiver answer so, or change success=.",
    ]


@pytest.mark.parametrize(
    ("told", "waited"),
    [
        ("120", 120),
        ("5", 10),  # it never shortens
        ("7200", 3600),  # nor does it put off for longer than an hour
        ("999999999999", 10),
        ("Wed, 21 Oct 2026 07:28:00 GMT", 10),
        ("-1", 10),
        ("1.5", 10),
        ("", 10),
        ("60, 120", 10),
    ],
)
def test_retry_after_in_seconds_is_honoured_within_bounds(instant: Instant, told: str, waited: float) -> None:
    instant.answer = failing(1, status=503, **{"retry-after": told})
    sender(instant, retries=[10]).send(payloads(1))
    assert instant.times == [0, waited]


def test_retry_after_makes_no_retry_where_none_is_left(instant: Instant) -> None:
    instant.answer = failing(9, status=503, **{"retry-after": "1"})
    assert sender(instant).send(payloads(1)).failed == 1


@pytest.mark.parametrize(("speed", "scale"), [(1.0, 1.0), (0.5, 0.5), (1 / 86400, 1 / 86400), (0.0, 0.0)])
def test_speed_compresses_waiting_and_nothing_else(instant: Instant, speed: float, scale: float) -> None:
    instant.answer = failing(1, status=503, **{"retry-after": "1000"})
    events = list(payloads(2))
    schedule = plan(events, [Deliver(event=0), Wait(seconds=86400), Deliver(event=1)])
    sender(instant, retries=[10], speed=speed, rate=None).send(schedule)
    expected = sorted([0, 1000, 86400, 87400])
    assert instant.times == pytest.approx([at * scale for at in expected], abs=1e-5)
    assert {one.body for one in instant.sent} == {
        b'{\n  "timestamp": 1688697915,\n  "version": "v1",\n  "event": "customer.created",\n'
        b'  "data": {\n    "id": %d\n  },\n  "isTest": true\n}' % number
        for number in range(2)
    }


def test_a_retry_is_signed_anew_for_its_own_moment(instant: Instant) -> None:
    instant.answer = failing(1)
    sender(instant, retries=[600]).send(payloads(1))
    first, second = instant.sent
    assert first.body == second.body
    for sent, moment in ((first, 1_706_002_316), (second, 1_706_002_916)):
        signature = sent.headers["steppay-signature"]
        assert signature.startswith(f"timestamp={moment},")
        verify(signature, sent.body, "whsec_test", now=datetime.fromtimestamp(moment, UTC), tolerance=0)


@pytest.mark.parametrize("at_once", [1, 4])
def test_a_rate_spaces_the_starts_evenly(instant: Instant, at_once: int) -> None:
    sender(instant, rate=100, concurrency=at_once).send(payloads(50))
    assert instant.times == pytest.approx([number / 100 for number in range(50)])
    assert max(instant.time.slept) <= 0.0101


def test_a_rate_counts_retries_too(instant: Instant) -> None:
    instant.answer = failing(1)
    sender(instant, rate=2, retries=[0], concurrency=4).send(payloads(4))
    assert instant.times == [number / 2 for number in range(8)]


def test_a_rate_is_kept_by_those_that_start_together_on_average(instant: Instant) -> None:
    schedule = plan(list(payloads(4)), [Overlap(events=(0, 1, 2)), Deliver(event=3)])
    sender(instant, rate=1).send(schedule)
    assert instant.times == [0, 0, 0, 3]


def test_a_pause_is_not_caught_up_by_a_burst(instant: Instant) -> None:
    events = list(payloads(4))
    steps: list[Step] = [Deliver(event=0), Wait(seconds=60), Deliver(event=1), Deliver(event=2), Deliver(event=3)]
    sender(instant, rate=1).send(plan(events, steps))
    assert instant.times == [0, 60, 61, 62]


def test_no_more_are_in_flight_than_was_said(instant: Instant) -> None:
    instant.answer = failing(1)
    sender(instant, concurrency=5, retries=[0]).send(payloads(40))
    assert instant.most == 5


def test_what_is_to_be_at_once_waits_until_there_is_room_for_all_of_it(instant: Instant) -> None:
    schedule = plan(list(payloads(5)), [Deliver(event=0), Overlap(events=(1, 2, 3)), Deliver(event=4)])
    sender(instant, concurrency=3).send(schedule).assert_ok()
    assert (instant.ids, instant.most) == ([0, 1, 2, 3, 4], 3)


def test_what_is_wider_than_the_room_starts_alone(instant: Instant) -> None:
    schedule = plan(list(payloads(5)), [Deliver(event=0), Overlap(events=(1, 2, 3)), Deliver(event=4)])
    sender(instant, concurrency=2).send(schedule).assert_ok()
    assert (instant.ids, instant.most) == ([0, 1, 2, 3, 4], 3)
    assert [wire.concurrency for wire in instant.wires] == [3]


def test_a_full_sender_waits_for_answers_and_does_not_spin(instant: Instant, monkeypatch: pytest.MonkeyPatch) -> None:
    polled: list[float] = []
    monkeypatch.setattr(Instant, "poll", _slow(Instant.poll, polled))
    instant.answer = failing(1)
    sender(instant, retries=[0], concurrency=1).send(payloads(3))
    assert min(polled) > 0


def _slow(poll: Callable[[Instant, float], Any], polled: list[float]) -> Callable[[Instant, float], Any]:
    def slow(instant: Instant, seconds: float) -> Any:
        polled.append(seconds)
        return poll(instant, seconds) if len(polled) % 3 == 0 else []

    return slow


def test_a_run_that_is_stopped_between_retries_keeps_their_times(instant: Instant, tmp_path: Path) -> None:
    journal = str(tmp_path / "journal.sqlite")
    instant.answer = failing(3)
    made = sender(instant, retries=[5, 300, 1800], journal=journal)

    def watch(progress: RunProgress) -> None:
        if sum(progress.answers.values()) == 2:
            made.stop()

    report = made.send(payloads(1), watch=watch)
    assert (report.stopped, report.pending, instant.times) == (True, 1, [0, 5])
    instant.time.passed += 100
    [resumed] = sender(instant, retries=[5, 300, 1800], journal=journal).resume()
    assert instant.times == [0, 5, 305, 2105]
    resumed.assert_ok()
    assert (resumed.retried, resumed.perhaps_again) == (2, 0)


def test_an_attempt_without_an_answer_uses_up_no_retry(instant: Instant, tmp_path: Path) -> None:
    journal = str(tmp_path / "journal.sqlite")
    instant.answer = _interrupting
    with pytest.raises(ZeroDivisionError):
        sender(instant, retries=[10], journal=journal).send(payloads(1))
    instant.answer = failing(1)
    [report] = sender(instant, retries=[10], journal=journal).resume()
    report.assert_ok()
    assert (instant.times, report.perhaps_again, report.retried) == ([0, 0, 10], 1, 1)


def _interrupting(_sent: Sent) -> Answer:
    raise ZeroDivisionError
