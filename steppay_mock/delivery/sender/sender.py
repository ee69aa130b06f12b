"""The mock sender: delivers what StepPay would deliver, and can say afterwards what was sent, answered and repeated."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypedDict, Unpack

from steppay_mock.delivery.address.access import AccessOptions
from steppay_mock.delivery.endpoint import Endpoint, OpenEndpoint, open_endpoints
from steppay_mock.delivery.engine.engine import EngineSettings
from steppay_mock.delivery.engine.make_engine import make_engine
from steppay_mock.delivery.in_process.running_loop import require_asyncio
from steppay_mock.delivery.journal.claim import claim
from steppay_mock.delivery.journal.damage import refuse_damage
from steppay_mock.delivery.journal.given_up import forget_given_up
from steppay_mock.delivery.journal.journal import Journal
from steppay_mock.delivery.options.remembered import recall, remember
from steppay_mock.delivery.options.settings import (
    SenderOptions,
    SenderSettings,
    read_send_options,
    read_sender_options,
)
from steppay_mock.delivery.order import Order, arrange
from steppay_mock.delivery.own_lack import OwnLackError, make_room
from steppay_mock.delivery.schedule.schedule import Schedule
from steppay_mock.delivery.sender.agenda import Agenda
from steppay_mock.delivery.sender.blocking import BlockingAgenda
from steppay_mock.delivery.sender.controls import Controls
from steppay_mock.delivery.sender.loop import Loop, Record
from steppay_mock.delivery.sender.planning import Journalled, Routing, Unwritten, check_fault
from steppay_mock.delivery.sender.stop import Stop, stopped_by_interrupt
from steppay_mock.delivery.sender.tally import Tally
from steppay_mock.errors import SteppayMockError
from steppay_mock.wire.shown_url import shown_url

if TYPE_CHECKING:
    from steppay_mock.delivery.journal.journal import Row
    from steppay_mock.payload.event import Events

Watch = Callable[[Tally], object]

_PATIENCE = 10.0  # seconds, as long as for a journal that is busy


class SendOptions(TypedDict, total=False):
    """What ``send`` and ``send_async`` take beside the events; every option may be left out.

    ``order``, ``duplicates``, ``fault`` and ``control`` are those of :func:`~steppay_mock.delivery.deliver.deliver`;
    ``seed`` repeats them, the trace ids and the jitter of retries. ``concurrency`` stands in for the sender's.
    ``watch`` is called with the counts while it runs.
    """

    order: Order
    duplicates: float
    fault: str | None
    control: bool
    seed: int | str | None
    concurrency: int | None
    watch: Watch | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """One run, as it is passed on."""

    endpoints: dict[int, OpenEndpoint]
    tally: Tally
    stop: Stop
    settings: SenderSettings
    watch: Watch | None
    controls: Controls


class Sender:
    """Delivers events to one receiver or several, as the vendor's portal has them registered.

    ``to`` is a URL, an :class:`~steppay_mock.delivery.endpoint.Endpoint`, or several; ``secret`` signs for a URL.
    The options are those of :class:`~steppay_mock.delivery.sender.options.SenderOptions`. It may be used from several
    threads at once, and keeps nothing open between two calls.
    """

    def __init__(
        self, to: str | Endpoint | Iterable[Endpoint], *, secret: Any = None, **options: Unpack[SenderOptions]
    ) -> None:
        self._settings = read_sender_options(options)
        self._told = frozenset(options)
        access = {name: value for name, value in options.items() if name in AccessOptions.__annotations__}
        self._endpoints = open_endpoints(_read_endpoints(to, secret, access), allowed=self._settings.allow_hosts)
        self._running: list[Stop] = []  # appended to and removed from, which needs no lock that a fork could leave held

    @classmethod
    def from_config(
        cls, path: str | Path | None = None, *, endpoint: str | Iterable[str] = (), **options: Unpack[SenderOptions]
    ) -> Self:
        """A sender to the endpoints of a ``steppay-mock.toml`` that are enabled, or to those of these names.

        ``path`` None is the nearest such file, searched upwards from the working directory. The options win over those
        of the file. Raises SteppayMockError for a file that is wrong, and for a variable that is not set.
        """
        from steppay_mock.delivery.config import load_config

        config = load_config(path)
        chosen: Any = {**config.options, **options}
        return cls(config.to_endpoints(endpoint), **chosen)

    def __repr__(self) -> str:
        return f"<Sender: {self._target}>"

    def send(
        self,
        events: Events | Schedule,
        *,
        order: Order = "occurrence",
        duplicates: float = 0.0,
        fault: str | None = None,
        control: bool = True,
        seed: int | str | None = None,
        concurrency: int | None = None,
        watch: Watch | None = None,
    ) -> Tally:
        """Deliver the events, and count what came of it.

        With a journal the whole plan is on disk before anything is sent, so that a run that was killed can be resumed;
        events may come from a generator all the same. ``watch`` is called with the counts while it runs. In the main
        thread Ctrl-C lets come down what is in flight, and the second one interrupts at once.
        """
        with self._stoppable() as stop:
            return self._send(
                events,
                stop,
                order=order,
                duplicates=duplicates,
                fault=fault,
                control=control,
                seed=seed,
                concurrency=concurrency,
                watch=watch,
            )

    async def send_async(self, events: Events | Schedule, **options: Unpack[SendOptions]) -> Tally:
        """Do as :meth:`send` does, in a thread, while the event loop goes on.

        A call that is cancelled starts nothing more and lets come down what is in flight; cancelled once more, it does
        not wait for that.
        """
        import asyncio

        require_asyncio()
        with self._stoppable() as stop:
            sending = asyncio.ensure_future(asyncio.to_thread(self._send, events, stop, **options))
            try:
                return await asyncio.shield(sending)
            except asyncio.CancelledError:
                stop.ask()
                await asyncio.wait([sending])
                raise

    def resume(self, *, watch: Watch | None = None) -> list[Tally]:
        """Complete every run of the journal that was cut off; the receivers are those of this sender, by their names.

        What was acknowledged is not sent again. Of what was in flight nobody knows: it is sent again, and marked. A run
        goes on with the options that it was begun with, but for those that this sender was given. One that is being
        sent by another process or thread is left to it; one whose planning was cut off has sent nothing, and is
        cleared away.
        """
        path = self._settings.journal
        if path is None:
            raise SteppayMockError("Only what is in a journal can be resumed. Give the sender journal='...'.")
        if not Path(path).is_file():
            raise SteppayMockError(f"There is no journal {path}. Name the one of the run.")
        tallies = []
        with closing(Journal(path)) as journal, self._stoppable() as stop:
            forget_given_up(journal)
            for run in journal.unfinished():
                refuse_damage(journal, run)
            for run in journal.unfinished():
                with claim(path, run) as ours:
                    if ours and not stop.asked and run in journal.unfinished():
                        tallies.append(self._resume(journal, run, stop, watch))
        return tallies

    def stop(self) -> None:
        """Start nothing more, in any thread that is sending: its ``send`` returns once what is in flight is down."""
        for stop in self._running.copy():
            stop.ask()

    @property
    def _target(self) -> str:
        return ", ".join(endpoint.name for endpoint in self._endpoints)

    @contextmanager
    def _stoppable(self) -> Iterator[Stop]:
        stop = Stop()
        self._running.append(stop)
        try:
            yield stop
        finally:
            self._running.remove(stop)

    def _send(self, events: Events | Schedule, stop: Stop, **options: Any) -> Tally:
        """Send them, and with a fault what its verdict rests on."""
        checked = read_send_options(options)
        control = checked.pop("control")
        controls = Controls()
        tally = self._send_once(events, stop, endpoints=self._endpoints, controls=controls, **checked)
        return self._controlled(tally, controls, stop) if control else tally

    def _controlled(self, tally: Tally, controls: Controls, stop: Stop) -> Tally:
        """The tally, after the events of its controls were sent without their fault, in order and one by one."""
        for endpoint in self._endpoints:
            events = controls.events(endpoint.name)
            if events and not stop.asked:
                options: Any = {"endpoints": [endpoint], "controls": Controls(), "seed": tally.seed, "concurrency": 1}
                tally.add_control(self._send_once(events, stop, **options))
        return tally

    def _send_once(
        self,
        events: Events | Schedule,
        stop: Stop,
        *,
        endpoints: list[OpenEndpoint],
        controls: Controls,
        order: Order = "occurrence",
        duplicates: float = 0.0,
        fault: str | None = None,
        seed: int,
        concurrency: int | None = None,
        watch: Watch | None = None,
    ) -> Tally:
        for endpoint in endpoints:
            check_fault(fault, endpoint)
        tally = Tally(", ".join(endpoint.name for endpoint in endpoints), seed)
        settings = self._settings
        if concurrency is not None:
            settings = replace(settings, concurrency=concurrency)
        planned = arrange(events, order, seed=tally.seed, duplicates=duplicates, fault=fault)
        make = partial(_Job, tally=tally, stop=stop, settings=settings, watch=watch, controls=controls)
        path = settings.journal
        if path is None:
            job = make(endpoints=dict(enumerate(endpoints, 1)))
            routing = Routing(planned, job.endpoints, tally)
            record = Unwritten(routing)
            self._run(job, record, record.rows(), widest=routing.widest)
            return tally
        with closing(Journal(path)) as journal, ExitStack() as claims:
            forget_given_up(journal)
            run = journal.begin_run(
                began_at=settings.clock.now(),
                seed=tally.seed,
                made_by=events.made_by if isinstance(events, Schedule) else order,
                settings=remember(settings),
                claimed=lambda run: _claim_new(path, run, claims),
            )
            job = make(
                endpoints={journal.add_endpoint(run, name=one.name, url=one.address.url): one for one in endpoints}
            )
            written = Journalled(journal, run)
            if written.plan(Routing(planned, job.endpoints, tally), stop):
                tally.run = run
                self._finish(job, written)
            else:
                tally.stopped = True
        return tally

    def _resume(self, journal: Journal, run: int, stop: Stop, watch: Watch | None) -> Tally:
        ((seed, kept),) = journal.ask("SELECT seed, settings FROM runs WHERE id = ?", run)
        settings = recall(run, kept, now=self._settings, told=self._told)
        known = {(endpoint.name, endpoint.address.url): endpoint for endpoint in self._endpoints}
        endpoints: dict[int, OpenEndpoint] = {}
        for number, name, url in journal.ask("SELECT id, name, url FROM hooks WHERE run = ?", run):
            named = shown_url(name)  # journals of older versions have the whole URL for a name
            if (named, url) not in known:
                raise SteppayMockError(
                    f"Run {run} went to {named} ({shown_url(url)}), which this sender does not know. "
                    "Give it the same receivers."
                )
            endpoints[int(number)] = known[named, url]
        tally = Tally(self._target, int(seed), run=run)
        counts = dict(journal.ask("SELECT state, count(*) FROM deliveries WHERE run = ? GROUP BY state", run))
        tally.planned, tally.succeeded = sum(counts.values()), counts.get("SUCCESS", 0)
        tally.failed = counts.get("FAIL", 0)
        tally.reordered = True  # or not: nobody looks at the whole of it any more
        controls = Controls.of_run(journal, run)
        job = _Job(endpoints=endpoints, tally=tally, stop=stop, settings=settings, watch=watch, controls=controls)
        self._finish(job, Journalled(journal, run))
        return tally if tally.pending else self._controlled(tally, controls, stop)

    def _finish(self, job: _Job, record: Journalled) -> None:
        self._run(job, record, record.rows(), widest=record.journal.widest(record.run))
        job.tally.stopped = job.tally.stopped and bool(job.tally.pending)
        if not job.tally.pending:
            record.journal.end_run(record.run, ended_at=self._settings.clock.now())

    def _run(self, job: _Job, record: Record, rows: Iterator[Row], *, widest: int) -> None:
        settings, steady = job.settings, job.settings.clock.steady
        make_room(self._connections(job, widest))
        started = steady()
        # What starts together is in flight together, also where that is more than otherwise at once.
        how = EngineSettings(
            timeout=settings.timeout,
            keep_alive=settings.keep_alive,
            concurrency=max(settings.concurrency, widest),
            sleep=settings.clock.sleep,
        )
        with (
            self._lacks_told(job),
            stopped_by_interrupt(job.stop),
            closing(make_engine(how)) as engine,
        ):
            Loop(
                agenda=_agenda(job, rows),
                endpoints=job.endpoints,
                record=record,
                engine=engine,
                retries=settings.retries,
                clock=settings.clock,
                tally=job.tally,
                seed=job.tally.seed,
                speed=settings.speed,
                succeeds=settings.succeeds,
                stop=job.stop,
                watch=job.watch or (lambda _tally: None),
                controls=job.controls,
            ).run()
        job.tally.elapsed = steady() - started

    def _connections(self, job: _Job, widest: int) -> int:
        """How many connections may be open at once: threads keep one to each receiver."""
        receivers = len(job.endpoints) if job.settings.keep_alive else 1
        return max(min(job.settings.concurrency, job.tally.planned or job.settings.concurrency), widest) * receivers

    @contextmanager
    def _lacks_told(self, job: _Job) -> Iterator[None]:
        """Where this machine lacks something, the error says what was delivered, and what becomes of the rest."""
        try:
            yield
        except OwnLackError as lack:
            done, tally = job.tally.succeeded + job.tally.failed, job.tally
            lack.so_far, lack.journal = tally, job.settings.journal
            lack.done = f"{done} of {tally.planned} deliveries have their outcome"
            raise


def _claim_new(journal: str, run: int, claims: ExitStack) -> None:
    """Claim a run that nobody has seen yet. Who cleared away one of that number may hold its lock for a moment."""
    if not claims.enter_context(claim(journal, run, patience=_PATIENCE)):
        raise SteppayMockError(
            f"Run {run} of {journal} is being sent by another process, whose journal was moved or removed meanwhile. "
            "Name another journal."
        )


def _agenda(job: _Job, rows: Iterator[Row]) -> Agenda:
    settings = job.settings
    options: Any = {
        "rows": rows,
        "clock": settings.clock,
        "concurrency": settings.concurrency,
        "interval": settings.interval,
        "speed": settings.speed,
        "longest": settings.retries.longest * settings.speed,
    }
    return BlockingAgenda(endpoints=job.endpoints, **options) if settings.retries.blocking else Agenda(**options)


def _read_endpoints(to: object, secret: Any, access: dict[str, Any]) -> list[Endpoint]:
    if isinstance(to, str):
        return [Endpoint(url=to, secret=secret, **access)]
    listed = list(to) if isinstance(to, Iterable) else [to]
    endpoints = [one for one in listed if isinstance(one, Endpoint)]
    if len(endpoints) < len(listed):
        raise SteppayMockError(
            "A receiver is a URL or an Endpoint. Give one: Sender('http://localhost:8000'). An app in process is for "
            "deliver(); serve it for the sender."
        )
    for name, value in {"secret": secret, **access}.items():
        if value is not None:
            raise SteppayMockError(f"{name}= is for a URL. Give each Endpoint its own: Endpoint(url=..., {name}=...).")
    return endpoints
