"""Runs in an event loop, in threads and after forks do not get into each other's way, nor into the memory's."""

from __future__ import annotations

import asyncio
import multiprocessing
import sys
import threading
import tracemalloc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from delivery.counting import OK, Counting, Got, payloads
from delivery.standins import Instant, Time, install

from steppay_mock import SteppayMockError
from steppay_mock.delivery.journal.claim import claim
from steppay_mock.delivery.report import Report
from steppay_mock.delivery.run.progress import RunProgress
from steppay_mock.delivery.sender.sender import Sender

SECRET = "whsec_test"
LONG = 60.0  # seconds; only a machine that stands still comes near it


def answered(count: int, then: Callable[[], object]) -> Callable[[RunProgress], None]:
    """A watch that does it once, after so many answers."""
    done: list[bool] = []

    def watch(progress: RunProgress) -> None:
        if sum(progress.answers.values()) >= count and not done:
            done.append(True)
            then()

    return watch


def completed(sender: Sender, receiver: Counting, *, events: int) -> Report:
    """Resume the one run that there is: each event has then come once."""
    [report] = sender.resume()
    report.assert_ok()
    assert sorted(receiver.ids) == list(range(events))
    assert sender.resume() == []
    return report


# From an event loop.


def test_the_loop_goes_on_while_it_is_sent() -> None:
    async def main() -> Report:
        receiver = Counting()
        async with await asyncio.start_server(receiver.take, "127.0.0.1", 0) as server:
            url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
            report = await Sender(url).send_async(payloads(5), order="shuffled", seed=7)
        await receiver.closed()
        assert len(receiver.got) == 5
        return report

    asyncio.run(main()).assert_ok()


def test_a_call_that_is_cancelled_lets_come_down_what_is_in_flight(receiver: Counting, path: Path) -> None:
    sender = Sender(receiver.url, journal=path, concurrency=4, timeout=LONG)
    came, cancelled, progress = threading.Event(), threading.Event(), list[RunProgress]()

    def answer(_got: Got) -> bytes:
        if len(receiver.got) == 20:  # nothing more is read and answered until the call is cancelled
            came.set()
            cancelled.wait(LONG)
        return OK

    receiver.answer = answer

    async def main() -> int:
        task = asyncio.create_task(sender.send_async(payloads(500), watch=progress.append))
        assert await asyncio.to_thread(came.wait, LONG)
        task.cancel()
        await asyncio.sleep(0)  # which lets the task ask to stop
        cancelled.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        return progress[-1].succeeded

    succeeded = asyncio.run(main())  # which ends when the threads of the loop have ended
    assert 20 <= succeeded < 24
    assert len(receiver.got) == succeeded
    assert completed(sender, receiver, events=500).perhaps_again == 0


def test_a_call_that_is_cancelled_before_it_began_sends_nothing(receiver: Counting, path: Path) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        blocked = threading.Event()
        loop.set_default_executor(ThreadPoolExecutor(1))
        busy = loop.run_in_executor(None, blocked.wait, 20)
        task = asyncio.create_task(Sender(receiver.url, journal=path).send_async(payloads(50)))
        await asyncio.sleep(0)
        task.cancel()
        blocked.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        await busy

    asyncio.run(main())
    assert receiver.got == []


def test_an_error_comes_through_to_the_loop(receiver: Counting) -> None:
    with pytest.raises(SteppayMockError, match="order='x': expected"):
        asyncio.run(Sender(receiver.url).send_async(payloads(1), order="x"))  # type: ignore[arg-type]


# Several at once.


def test_two_threads_send_and_write_one_journal_at_the_same_time(receiver: Counting, path: Path) -> None:
    sender = Sender(receiver.url, secret=SECRET, journal=path, concurrency=4)
    meeting = threading.Barrier(2)

    def run(_number: int) -> Report:
        meeting.wait(20)
        return sender.send(payloads(600), seed=7)

    with ThreadPoolExecutor(2) as pool:
        reports = list(pool.map(run, range(2)))
    assert {one.run for one in reports} == {1, 2}
    assert [one.succeeded for one in reports] == [600, 600]
    assert receiver.copies == dict.fromkeys(range(600), 2)
    assert sender.resume() == []


def test_a_run_that_is_being_sent_is_not_resumed_by_another(receiver: Counting, path: Path) -> None:
    sender, other = Sender(receiver.url, journal=path), Sender(receiver.url, journal=path)
    resumed: list[list[Report]] = []

    def resume() -> None:
        thread = threading.Thread(target=lambda: resumed.append(other.resume()))
        thread.start()
        thread.join(20)

    sender.send(payloads(20), watch=answered(5, resume)).assert_ok()
    assert resumed == [[]]
    assert receiver.ids == list(range(20))
    assert sorted(one.name for one in path.parent.iterdir()) == ["journal.sqlite"]


def test_two_who_resume_at_once_do_it_once(receiver: Counting, path: Path) -> None:
    sender = Sender(receiver.url, journal=path, concurrency=4)
    assert sender.send(payloads(200), watch=answered(1, sender.stop)).stopped
    meeting = threading.Barrier(2)

    def resume(_number: int) -> list[Report]:
        meeting.wait(20)
        return sender.resume()

    with ThreadPoolExecutor(2) as pool:
        reports = [one for found in pool.map(resume, range(2)) for one in found]
    assert [one.ok for one in reports] == [True]
    assert sorted(receiver.ids) == list(range(200))


def test_a_claim_is_let_go_of_and_leaves_nothing_behind(path: Path) -> None:
    with claim(str(path), 7) as ours, claim(str(path), 7) as theirs, claim(str(path), 8) as another:
        assert (ours, theirs, another) == (True, False, True)
    with claim(str(path), 7) as ours:
        assert ours
    assert list(path.parent.iterdir()) == []


def test_a_run_to_receivers_that_the_sender_does_not_know_is_not_resumed(receiver: Counting, path: Path) -> None:
    sender = Sender(receiver.url, journal=path)
    assert sender.send(payloads(5), watch=answered(1, sender.stop)).stopped
    with pytest.raises(SteppayMockError) as error:
        Sender("http://localhost:9/other", journal=path).resume()
    assert str(error.value) == (
        f"Run 1 went to {receiver.url} ({receiver.url}), which this sender does not know. Give it the same receivers."
    )
    completed(sender, receiver, events=5)


def _send_in_child(sender: Sender, queue: Any) -> None:
    report = sender.send(payloads(20))
    queue.put((report.ok, report.run))


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")
def test_a_sender_sends_after_a_fork_too(receiver: Counting, path: Path) -> None:
    fork = multiprocessing.get_context("fork")
    sender = Sender(receiver.url, secret=SECRET, journal=path)
    sender.send(payloads(5)).assert_ok()
    queue = fork.Queue()
    children = [fork.Process(target=_send_in_child, args=(sender, queue)) for _ in range(2)]
    for child in children:
        child.start()
    sender.send(payloads(20)).assert_ok()
    found = [queue.get(timeout=20) for _ in children]
    for child in children:
        child.join(20)
    assert [ok for ok, _ in found] == [True, True]
    assert receiver.copies == {number: 4 if number < 5 else 3 for number in range(20)}


class Forgetful(Instant):
    """An engine that keeps nothing of what it sent."""

    def start(self, *request: Any) -> None:
        super().start(*request)
        self.sent.clear()


@pytest.mark.parametrize("written", [True, False])
def test_memory_stays_flat_however_many_events_there_are(
    monkeypatch: pytest.MonkeyPatch, path: Path, *, written: bool
) -> None:
    engine = Forgetful(Time())
    install(monkeypatch, engine)
    sender = Sender("http://127.0.0.1:9", journal=path if written else None, clock=engine.time.clock, concurrency=8)
    peaks = []
    for count in (1_500, 6_000):
        tracemalloc.start()
        sender.send(payloads(count)).assert_ok()
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 300_000  # the 4,500 that are more would be 3 MB
