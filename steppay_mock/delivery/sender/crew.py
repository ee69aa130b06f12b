"""Who waits for answers where waiting takes a whole thread? A crew, which nobody waits for once it is sent home."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from contextlib import ExitStack
from typing import Generic, TypeVar

from steppay_mock.delivery.lack import OwnLackError, no_thread
from steppay_mock.delivery.transport import Answer

Job = TypeVar("Job")
Worker = Callable[[Job], Answer]


class Crew(Generic[Job]):
    """Threads that carry one request each at a time.

    ``equip`` is called in each thread, for what does its work; what it opens on the stack is closed with the thread.
    They are daemons: a program that was interrupted does not wait for what they have in flight.
    """

    def __init__(self, equip: Callable[[ExitStack], Worker[Job]], *, size: int, name: str) -> None:
        self._equip = equip
        self._size = size
        self._name = name
        self._threads: list[threading.Thread] = []
        self._jobs: queue.SimpleQueue[tuple[int, Job] | None] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[tuple[int, Answer | BaseException]] = queue.SimpleQueue()
        self._in_flight = 0

    def start(self, token: int, job: Job) -> None:
        """Begin a request."""
        if len(self._threads) <= min(self._in_flight, self._size - 1):
            name = f"{self._name}-{len(self._threads)}"
            thread = threading.Thread(target=self._work, name=name, daemon=True)
            try:
                thread.start()
            except RuntimeError:
                self._in_flight += 1
                self._answers.put((token, no_thread(len(self._threads)).as_answer()))
                return
            self._threads.append(thread)
        self._in_flight += 1
        self._jobs.put((token, job))

    def arrived(self, seconds: float) -> list[tuple[int, Answer]]:
        """The answers that have come, after so many seconds at most if there are none yet."""
        found: list[tuple[int, Answer]] = []
        try:
            token, answer = self._answers.get(timeout=seconds) if seconds > 0 else self._answers.get_nowait()
            while True:
                self._in_flight -= 1
                if isinstance(answer, BaseException):
                    raise answer
                found.append((token, answer))
                token, answer = self._answers.get_nowait()
        except queue.Empty:
            return found

    def close(self) -> None:
        """Send the threads home. What is still in flight is forgotten, and not waited for."""
        for _ in self._threads:
            self._jobs.put(None)
        if not self._in_flight:
            for thread in self._threads:
                thread.join()

    def _work(self) -> None:
        with ExitStack() as opened:
            work = self._equip(opened)
            while (one := self._jobs.get()) is not None:
                token, job = one
                try:
                    answer: Answer | BaseException = work(job)
                except OwnLackError as lack:
                    answer = lack.as_answer()
                except BaseException as error:  # noqa: BLE001 - it is raised where answers are taken
                    answer = error
                self._answers.put((token, answer))
