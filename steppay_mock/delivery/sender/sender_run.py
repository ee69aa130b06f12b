"""One run of a sender: its plan goes into a record, an engine carries its requests, and faults get their controls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from steppay_mock.delivery.engine.engine import Engine, EngineSettings
from steppay_mock.delivery.options.remembered import remember
from steppay_mock.delivery.own_lack import OwnLackError, make_room
from steppay_mock.delivery.run.attempt_queue import AttemptQueue
from steppay_mock.delivery.run.blocking_queue import BlockingQueue
from steppay_mock.delivery.run.drivers import drive
from steppay_mock.delivery.run.progress import RunProgress
from steppay_mock.delivery.run.records import MemoryRecord, Plan
from steppay_mock.delivery.run.run import DeliveryRun
from steppay_mock.delivery.run.stop import stopped_by_interrupt
from steppay_mock.delivery.schedule.schedule import Planned
from steppay_mock.delivery.signing_seconds import SigningSeconds
from steppay_mock.errors import SteppayMockError

if TYPE_CHECKING:
    from collections.abc import Callable

    from steppay_mock.delivery.endpoint import OpenEndpoint
    from steppay_mock.delivery.journal.record import JournalRecord
    from steppay_mock.delivery.options.settings import SenderSettings
    from steppay_mock.delivery.report import Report
    from steppay_mock.delivery.run.drivers import Watch
    from steppay_mock.delivery.run.records import RunEndpoint, RunRecord
    from steppay_mock.delivery.run.stop import StopRequest
    from steppay_mock.delivery.signing_seconds import SigningMemory

_PATIENCE = 10.0  # seconds, as long as for a journal that is busy


@dataclass(slots=True, kw_only=True)
class SenderRun:
    """A run, from its plan to its report. ``open_engine`` makes what carries its requests."""

    endpoints: list[OpenEndpoint]
    settings: SenderSettings
    seed: int
    order: str
    progress: RunProgress
    stop: StopRequest
    watch: Watch | None
    open_engine: Callable[[EngineSettings], Engine]
    gateway: Mapping[str, Any] | None = None
    """What calls the receivers, where they are Lambda functions: a journal has it beside the options."""
    note: Mapping[str, Any] | None = None
    """What the journal keeps with the run for the one who sends."""
    memory: SigningMemory | None = None
    """The seconds of the runs of a process that makes many of them; None: the record knows them."""
    number: int | None = None
    """The number of the run in the journal."""
    control: bool = True
    """Whether events that were refused with a fault are repeated without it."""
    control_of: int | None = None
    """For a run of controls, the number of the run whose faults it judges."""

    def send(self, planned: Iterable[Planned]) -> Report:
        """Make every delivery of a new run."""
        with self._lack_told():
            self._send(planned)
        return self.report()

    def resume(self, record: JournalRecord, endpoints: dict[int, RunEndpoint]) -> Report:
        """Make the deliveries of a run that have no outcome in its journal."""
        with self._lack_told():
            self._finish(record, endpoints)
        return self.report()

    def report(self) -> Report:
        """The report on the run as it stands."""
        return self.progress.report(
            receiver=", ".join(endpoint.name for endpoint in self.endpoints),
            order=self.order,
            seed=self.seed,
            run=self.number,
            journal=self.settings.journal,
            success=self.settings.success,
        )

    def _send(self, planned: Iterable[Planned], *, first: int = 1) -> None:
        path = self.settings.journal
        if path is None:
            endpoints: dict[int, RunEndpoint] = dict(enumerate(self.endpoints, 1))
            plan = Plan(planned, endpoints, self.progress, first)
            self._drive(MemoryRecord(plan), endpoints, widest=plan.widest)
            if not self.progress.stopped:
                self._send_controls()
            return
        # Imported with a journal alone: SQLite takes time to load.
        from steppay_mock.delivery.journal.claim import forget_given_up
        from steppay_mock.delivery.journal.journal import Journal
        from steppay_mock.delivery.journal.record import JournalRecord

        with closing(Journal(path)) as journal, ExitStack() as claims:
            if self.memory is None:  # else the process did it at its start
                forget_given_up(journal)
            run = journal.begin_run(
                began_at=self.settings.clock.now(),
                seed=self.seed,
                made_by=self.order,
                settings=self._remembered(),
                claimed=lambda run: _claim_new(path, run, claims),
            )
            endpoints = {journal.add_endpoint(run, name=one.name, url=one.address.url): one for one in self.endpoints}
            record = JournalRecord(journal, run, self.settings.clock)
            if record.write_plan(Plan(planned, endpoints, self.progress, first), self.stop):
                self.number = run
                self._finish(record, endpoints)
            else:
                self.progress.stopped = True

    def _finish(self, record: JournalRecord, endpoints: dict[int, RunEndpoint]) -> None:
        self._drive(record, endpoints, widest=record.journal.widest(record.run))
        self.progress.stopped = self.progress.stopped and bool(self.progress.pending)
        if self.progress.pending:
            return
        self._send_controls()
        # Not before: a run that was cut off before its controls were answered has no verdict, and must be resumed.
        if not self.progress.stopped:
            record.journal.end_run(record.run, ended_at=self.settings.clock.now())

    def _send_controls(self) -> None:
        """Repeat, for each receiver, the events that it refused with a fault, without the fault and one by one.

        They are runs of their own in a journal. A run that is stopped before all of them are answered counts as
        stopped: its faults have no verdict yet.
        """
        first = self.progress.planned
        for endpoint in self.endpoints if self.control else ():
            refused = self.progress.to_control(endpoint.name)
            if not refused:
                continue
            if self.stop.asked:  # also where it came with the last answer: a fault has no verdict without its control
                self.progress.stopped = True
                return
            controls = replace(
                self,
                endpoints=[endpoint],
                settings=replace(self.settings, concurrency=1),
                progress=RunProgress(keep=True),
                watch=None,
                order="occurrence",
                note=None,
                number=None,
                control=False,
                control_of=self.number,
            )
            planned = [Planned(event=one.event, place=first + at, step=first + at) for at, one in enumerate(refused)]
            if not controls._go_on(endpoint):  # noqa: SLF001 - it is of this class, as below
                controls._send(planned, first=first + 1)  # noqa: SLF001
            first += len(planned)
            self.progress.add_controls(controls.progress, run=controls.number)

    def _go_on(self, endpoint: OpenEndpoint) -> bool:
        """Complete the run of controls that was begun for this receiver before; False: there is none."""
        path = self.settings.journal
        if path is None or self.control_of is None:
            return False
        from steppay_mock.delivery.journal.claim import claim
        from steppay_mock.delivery.journal.damage import refuse_damage
        from steppay_mock.delivery.journal.journal import Journal
        from steppay_mock.delivery.journal.record import JournalRecord
        from steppay_mock.delivery.journal.resumed import recall_progress

        with closing(Journal(path)) as journal:
            found = journal.run_of_controls(self.control_of, name=endpoint.name, url=endpoint.address.url)
            if found is None:
                return False
            self.number, number = found
            endpoints: dict[int, RunEndpoint] = {number: endpoint}
            refuse_damage(journal, self.number)
            with claim(path, self.number, patience=_PATIENCE) as ours:
                recall_progress(journal, self.number, endpoints, self.progress)
                if not ours:
                    self.progress.stopped = True
                elif self.progress.pending:
                    self._finish(JournalRecord(journal, self.number, self.settings.clock), endpoints)
        return True

    def _remembered(self) -> dict[str, Any]:
        """What a resume of this run needs."""
        kept = remember(self.settings)
        if self.gateway:
            kept["gateway"] = dict(self.gateway)
        if self.note is not None:
            kept["note"] = dict(self.note)
        if not self.control:
            kept["control"] = False
        if self.control_of is not None:
            kept["control_of"] = self.control_of
        return kept

    def _drive(self, record: RunRecord, endpoints: dict[int, RunEndpoint], *, widest: int) -> None:
        settings, steady = self.settings, self.settings.clock.steady
        make_room(self._connections(len(endpoints), widest))
        # What starts together is in flight together, also where that is more than the concurrency.
        wire = EngineSettings(
            timeout=settings.timeout,
            keep_alive=settings.keep_alive,
            concurrency=max(settings.concurrency, widest),
            sleep=settings.clock.sleep,
        )
        run = DeliveryRun(
            queue=self._queue(record, endpoints),
            endpoints=endpoints,
            record=record,
            retries=settings.retries,
            clock=settings.clock,
            progress=self.progress,
            seed=self.seed,
            speed=settings.speed,
            succeeds=settings.succeeds,
            stop=self.stop,
            seconds=self._seconds(record, endpoints),
        )
        began = steady()
        try:
            with stopped_by_interrupt(self.stop), closing(self.open_engine(wire)) as engine:
                drive(run, engine, watch=self.watch, stops_at_interrupt=True)
        finally:
            self.progress.elapsed = steady() - began

    def _seconds(self, record: RunRecord, endpoints: dict[int, RunEndpoint]) -> SigningSeconds:
        if self.memory is None:
            return SigningSeconds(record.signed())
        receivers = {
            number: (one.name, "" if one.address is None else one.address.url) for number, one in endpoints.items()
        }
        return self.memory.of_run(receivers, record.signed)

    def _queue(self, record: RunRecord, endpoints: dict[int, RunEndpoint]) -> AttemptQueue:
        settings = self.settings
        options: Any = {
            "deliveries": record.due(),
            "clock": settings.clock,
            "concurrency": settings.concurrency,
            "interval": settings.interval,
            "speed": settings.speed,
            "longest": settings.retries.longest * settings.speed,
        }
        return BlockingQueue(endpoints=endpoints, **options) if settings.retries.blocking else AttemptQueue(**options)

    def _connections(self, receivers: int, widest: int) -> int:
        """How many connections may be open at once. With ``keep_alive`` each thread keeps one to each receiver."""
        settings = self.settings
        kept = receivers if settings.keep_alive else 1
        return max(min(settings.concurrency, self.progress.planned or settings.concurrency), widest) * kept

    @contextmanager
    def _lack_told(self) -> Iterator[None]:
        """Where this machine lacks something, the error has the report so far, and says what becomes of the rest."""
        try:
            yield
        except OwnLackError as lack:
            self.progress.stopped = True
            report = self.report()
            lack.so_far, lack.journal = report, self.settings.journal
            lack.done = f"{report.succeeded + report.failed} of {report.planned} deliveries have their outcome"
            raise


def _claim_new(journal: str, run: int, claims: ExitStack) -> None:
    """Claim a run that is not visible yet. A process that removed one of that number may hold its lock for a moment."""
    from steppay_mock.delivery.journal.claim import claim

    if not claims.enter_context(claim(journal, run, patience=_PATIENCE)):
        raise SteppayMockError(
            f"Run {run} of {journal} is being sent by another process, whose journal was moved or removed meanwhile. "
            "Name another journal."
        )
