"""The engine of threads: a pool of workers, each of which sends one request at a time through a transport."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING, Generic, TypeVar

from steppay_mock.delivery.http.keep_alive import KeptTransport
from steppay_mock.delivery.http.transport import HttpTransport
from steppay_mock.delivery.own_lack import OwnLackError, no_thread

if TYPE_CHECKING:
    from steppay_mock.delivery.address import Address
    from steppay_mock.delivery.answer import Answer
    from steppay_mock.delivery.engine.engine import EngineSettings
    from steppay_mock.delivery.request import Request
    from steppay_mock.delivery.transport import Transport

Job = TypeVar("Job")
Worker = Callable[[Job], "Answer"]


class ThreadEngine:
    """Sends each request in a thread. It needs no libcurl and costs more time for each request.

    Derive from it and override ``_transport`` to carry requests otherwise.
    """

    def __init__(self, settings: EngineSettings) -> None:
        self._settings = settings
        self._pool = WorkerPool(self._make_worker, size=settings.concurrency, name="steppay-sender")

    def start(self, token: int, address: Address, request: Request) -> None:
        """Begin a request."""
        self._pool.start(token, (address, request))

    def poll(self, seconds: float) -> list[tuple[int, Answer]]:
        """The answers that have come."""
        return self._pool.poll(seconds)

    def close(self) -> None:
        """End the threads; those with a request in flight end after it."""
        self._pool.close()

    def _make_worker(self, opened: ExitStack) -> Worker[tuple[Address, Request]]:
        # One transport for each address and thread: it keeps the TLS context and the connection.
        transports: dict[Address, Transport] = {}

        def send(job: tuple[Address, Request]) -> Answer:
            address, request = job
            if address not in transports:
                transports[address] = opened.enter_context(self._transport(address))
            return transports[address].send(request)

        return send

    def _transport(self, address: Address) -> Transport:
        """A transport to the receiver, for one thread."""
        transport = KeptTransport if self._settings.keep_alive else HttpTransport
        return transport(address, timeout=self._settings.timeout, sleep=self._settings.sleep)


class WorkerPool(Generic[Job]):
    """Threads that do one job each at a time.

    ``make_worker`` is called in each thread and returns the function that does a job. The pool closes what the function
    opens on the stack when the thread ends. The threads are daemons: a program that is interrupted does not wait for
    the jobs in flight. (ThreadPoolExecutor waits for them, in a handler of ``threading`` that runs at exit.)
    """

    def __init__(self, make_worker: Callable[[ExitStack], Worker[Job]], *, size: int, name: str) -> None:
        self._make_worker = make_worker
        self._size = size
        self._name = name
        self._threads: list[threading.Thread] = []
        self._jobs: queue.SimpleQueue[tuple[int, Job] | None] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[tuple[int, Answer | BaseException]] = queue.SimpleQueue()
        self._in_flight = 0

    def start(self, token: int, job: Job) -> None:
        """Begin a job. If no thread can be started, its answer is the lack of this machine."""
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

    def poll(self, seconds: float) -> list[tuple[int, Answer]]:
        """The answers that have come; waits up to this many seconds if there are none yet.

        Raises an error of a job that is no answer.
        """
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
        """End the threads, and wait for them if no job is in flight."""
        for _ in self._threads:
            self._jobs.put(None)
        if not self._in_flight:
            for thread in self._threads:
                thread.join()

    def _work(self) -> None:
        with ExitStack() as opened:
            do = self._make_worker(opened)
            while (one := self._jobs.get()) is not None:
                token, job = one
                try:
                    answer: Answer | BaseException = do(job)
                except OwnLackError as lack:
                    answer = lack.as_answer()
                except BaseException as error:  # noqa: BLE001 - poll() raises it, in the thread of the caller
                    answer = error
                self._answers.put((token, answer))
