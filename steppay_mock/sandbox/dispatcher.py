"""Hands the events of a living store to its endpoints: each batch is a run of the mock sender, with the journal.

A run keeps the range of events that it is about. So a sandbox that was killed knows at its next start what was planned,
plans the rest, and completes the runs that were cut off.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any

from steppay_mock.delivery.journal.claim import forget_given_up
from steppay_mock.delivery.journal.journal import Journal
from steppay_mock.delivery.options.settings import read_send_options, read_sender_options
from steppay_mock.delivery.sender.sender import Sender
from steppay_mock.delivery.signing_seconds import SigningMemory
from steppay_mock.errors import SteppayMockError
from steppay_mock.values import check_flag
from steppay_mock.wire.shown_url import shown_url

if TYPE_CHECKING:
    from steppay_mock.delivery.order import DeliveryOrder
    from steppay_mock.delivery.report import Report
    from steppay_mock.delivery.schedule.schedule import Schedule
    from steppay_mock.payload.event import Event
    from steppay_mock.sandbox.endpoints import EndpointList, SandboxEndpoint
    from steppay_mock.sandbox.live_store import LiveStore
    from steppay_mock.sandbox.storage import SandboxFile

_RUNS = 16  # at the same time: a receiver that is slow, or is tried again, delays no other batch
_NAP = 0.25  # seconds after which a clock that runs is looked at
_NOTICES = 200
_REST = " What is left is sent when the sandbox starts again."


class SandboxSender(Sender):
    """A sender whose runs say in the journal which events of the sandbox they have."""

    def __init__(
        self,
        endpoints: Sequence[SandboxEndpoint],
        *,
        note: Mapping[str, Any] | None,
        memory: SigningMemory | None = None,
        **options: Any,
    ) -> None:
        super().__init__([one.receiver() for one in endpoints], **options)
        self._note = note
        self._memory = memory


class Dispatcher:
    """Delivers what happens in a store, in a thread of its own.

    ``is_held``: events wait for :meth:`flush`. ``options`` are those of a sender. ``told`` is called with the report of
    each run.
    """

    def __init__(
        self,
        live: LiveStore,
        endpoints: EndpointList,
        file: SandboxFile,
        *,
        options: Mapping[str, Any],
        told: Callable[[Report], object],
    ) -> None:
        self.notices: deque[str] = deque(maxlen=_NOTICES)
        """What went wrong at this end, the newest last."""
        self._live = live
        self._endpoints = endpoints
        self._file = file
        self._options = {**options, "journal": file.path}
        read_sender_options(self._options)  # a wrong one is told now, and not at the first event
        self._memory = SigningMemory()
        self._told = told
        self._pool = ThreadPoolExecutor(_RUNS, thread_name_prefix="StepPay webhooks")
        self._senders: set[SandboxSender] = set()
        self._lock = Lock()
        self._flying: set[Future[Any]] = set()
        self._stopping = False
        self._handed: dict[str, int] = {}
        self._thread = Thread(target=self._run, name="StepPay dispatcher")

    def start(self) -> None:
        """Complete what was cut off, hand over what was never planned, and go on with what happens."""
        with self._live.changed:
            self._recover()
        self._thread.start()

    def stop(self) -> None:
        """Start nothing more, and wait for the answers to what is in flight."""
        with self._live.changed:
            self._stopping = True
            self._live.changed.notify_all()
        for sender in self._all_senders():
            sender.stop()
        if self._thread.ident is not None:
            self._thread.join()
        for sender in self._all_senders():  # those that began meanwhile
            sender.stop()
        self._pool.shutdown(wait=True)

    @property
    def is_held(self) -> bool:
        """Whether events wait."""
        return bool(self._file.value("held"))

    def hold(self, *, held: bool) -> None:
        """Let events wait for :meth:`flush`, or hand them over as they happen."""
        check_flag("held", held)
        with self._live.changed:
            self._file.set_value("held", held)
            self._live.changed.notify_all()

    def waiting(self) -> int:
        """The number of events that wait, at the endpoint with the most."""
        with self._live.changed:
            count = len(self._live.store.events)
            return max((count - self._next(one) for one in self._endpoints if one.enabled), default=0)

    def flush(
        self, *, order: DeliveryOrder | None = None, seed: int | str | None = None, duplicates: float | None = None
    ) -> list[Report]:
        """Deliver all events that wait; the reports, one for each endpoint. None: as the endpoint has it."""
        how = {"order": order, "seed": seed, "duplicates": duplicates}
        read_send_options({name: value for name, value in how.items() if value is not None})
        with self._live.changed:
            self._live.catch_up()
            running = [self._hand_over(one, how=how) for one in self._endpoints if one.enabled]
        return [report for one in running if one is not None and (report := one.result()) is not None]

    def send_again(
        self, endpoint: SandboxEndpoint, schedule: Schedule, *, note: Mapping[str, Any]
    ) -> Future[Report | None] | None:
        """Deliver this to an endpoint, whatever events it has chosen, also while others wait; None if it stops."""
        with self._live.changed:
            if self._stopping:
                return None
            sender = SandboxSender([replace(endpoint, events=())], note=note, memory=self._memory, **self._options)
            return self._submit(lambda: self._send(sender, lambda: sender.send(schedule)))

    def send_own(
        self, events: Sequence[Event], endpoints: Sequence[SandboxEndpoint], *, how: Mapping[str, Any]
    ) -> list[Report]:
        """Deliver events that are none of the store, also while those wait; the reports, one for each endpoint."""
        chosen = {name: value for name, value in how.items() if value is not None}
        read_send_options(chosen)
        running: list[Future[Report | None]] = []
        with self._live.changed:
            for one in () if self._stopping else endpoints:
                sender = SandboxSender([one], note={"own": len(events)}, memory=self._memory, **self._options)
                running.append(
                    self._submit(partial(self._send, sender, partial(sender.send, events, **_as_said(one, chosen))))
                )
        return [report for each in running if (report := each.result()) is not None]

    def settle(self) -> None:
        """Wait until all that was handed over is answered."""
        while True:
            with self._live.changed:
                if not self.is_held:
                    self._hand_over_all()
            with self._lock:
                flying = list(self._flying)
            if not flying:
                return
            for one in flying:
                one.result()

    def restart(self) -> None:
        """Begin with the first event of a new store."""
        with self._live.changed:
            self._handed = {}

    def _run(self) -> None:
        while True:
            with self._live.changed:
                if self._stopping:
                    return
                nap = _NAP if self._live.clock.speed else None
                try:
                    self._live.catch_up()
                    if not self.is_held:
                        self._hand_over_all()
                except SteppayMockError as error:  # such as a full disk, on which there may be room in a moment
                    self._note(error)
                    nap = _NAP
                self._live.changed.wait(nap)

    def _note(self, error: Exception, *, rest: str = "") -> None:
        """Keep in mind what went wrong; the same again and again is one notice."""
        told = f"{error}" if isinstance(error, SteppayMockError) else f"A delivery failed at this end: {error!r}."
        told += rest
        if not self.notices or self.notices[-1] != told:
            self.notices.append(told)

    def _hand_over_all(self) -> None:
        for one in self._endpoints:
            if one.enabled:
                self._hand_over(one)

    def _hand_over(
        self,
        endpoint: SandboxEndpoint,
        *,
        begin: int | None = None,
        end: int | None = None,
        how: Mapping[str, Any] | None = None,
    ) -> Future[Any] | None:
        """Deliver a range of events to an endpoint; None for those that it does not have yet."""
        first = self._next(endpoint) if begin is None else begin
        last = len(self._live.store.events) if end is None else end
        if last <= first or self._stopping:
            return None
        events = self._live.store.events[first:last]
        note = {"generation": self._generation, "endpoint": endpoint.name, "begin": first, "end": last}
        self._handed[endpoint.name] = max(last, self._next(endpoint))
        chosen = {name: value for name, value in (how or {}).items() if value is not None}
        settings = _as_said(endpoint, chosen)
        sender = SandboxSender([endpoint], note=note, memory=self._memory, **self._options)
        return self._submit(lambda: self._send(sender, lambda: sender.send(events, **settings)))

    def _submit(self, job: Callable[[], Any]) -> Future[Any]:
        future = self._pool.submit(job)
        with self._lock:
            self._flying.add(future)
        future.add_done_callback(self._landed)
        return future

    def _landed(self, future: Future[Any]) -> None:
        with self._lock:
            self._flying.discard(future)

    def _send(self, sender: SandboxSender, job: Callable[[], Report | list[Report]]) -> Report | None:
        """Do the job of a sender; the last report, or None if it could not be done. It never raises."""
        with self._lock:
            self._senders.add(sender)
        try:
            done = None if self._stopping else job()
            reports = done if isinstance(done, list) else [done]
            for report in filter(None, reports):
                self._told(report)
        except Exception as error:  # noqa: BLE001 - who waits for it, such as settle, gets no error of another thread
            self._note(error, rest=_REST if self._file.lasts else "")
            return None
        finally:
            with self._lock:
                self._senders.discard(sender)
        return reports[-1] if reports else None

    @property
    def _generation(self) -> int:
        return int(self._file.value("generation") or 0)

    def _next(self, endpoint: SandboxEndpoint) -> int:
        return max(self._handed.get(endpoint.name, 0), endpoint.since)

    def _recover(self) -> None:
        """Complete the runs that were cut off, and hand over the events between those that were planned."""
        with Journal(self._file.path) as journal:
            forget_given_up(journal)
        planned: dict[str, list[tuple[int, int]]] = {}
        for name, begin, end in self._file.handed(generation=self._generation):
            planned.setdefault(name, []).append((begin, end))
        known = list(self._endpoints)
        for name, url in self._file.give_up_runs(self._endpoints.addresses()):
            self.notices.append(f"{name}: a run to {shown_url(url)} was cut off, and no endpoint is there any more.")
        if known and self._file.has_unfinished_runs():
            sender = SandboxSender(known, note=None, **self._options)
            self._submit(lambda: self._send(sender, sender.resume))
        for one in known:
            reached = one.since
            for begin, end in planned.get(one.name, ()):
                if begin > reached and one.enabled:  # also if others wait now: these did not
                    self._hand_over(one, begin=reached, end=begin)
                reached = max(reached, end)
            self._handed[one.name] = max(reached, self._handed.get(one.name, 0))

    def _all_senders(self) -> list[SandboxSender]:
        with self._lock:
            return list(self._senders)


def _as_said(endpoint: SandboxEndpoint, chosen: Mapping[str, Any]) -> dict[str, Any]:
    """How events go to an endpoint: as it has it, where nothing else was chosen."""
    return {"order": endpoint.order, "duplicates": endpoint.duplicates, "fault": endpoint.fault, **chosen}
