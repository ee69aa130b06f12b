"""The mock sender: delivers what StepPay would deliver, and reports the answers.

It is a run (``run/``) over HTTP: many deliveries at once, with retries, and with a record in a journal if it has one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypedDict, Unpack

from steppay_mock.delivery.address.access import AccessOptions
from steppay_mock.delivery.endpoint import Endpoint, open_endpoints
from steppay_mock.delivery.engine.make_engine import make_engine
from steppay_mock.delivery.in_process.running_loop import require_asyncio
from steppay_mock.delivery.options.remembered import recall, recall_control, recall_gateway
from steppay_mock.delivery.options.settings import SenderOptions, read_send_options, read_sender_options
from steppay_mock.delivery.order import DeliveryOrder, arrange
from steppay_mock.delivery.run.drivers import Watch
from steppay_mock.delivery.run.progress import RunProgress
from steppay_mock.delivery.run.records import check_fault
from steppay_mock.delivery.run.stop import StopRequest
from steppay_mock.delivery.schedule.schedule import Schedule
from steppay_mock.delivery.sender.sender_run import SenderRun
from steppay_mock.errors import SteppayMockError
from steppay_mock.values import check_flag
from steppay_mock.wire.shown_url import shown_url

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from steppay_mock.delivery.engine.engine import Engine, EngineSettings
    from steppay_mock.delivery.journal.journal import Journal
    from steppay_mock.delivery.report import Report
    from steppay_mock.delivery.run.records import RunEndpoint
    from steppay_mock.delivery.signing_seconds import SigningMemory
    from steppay_mock.payload.event import Events


class SendOptions(TypedDict, total=False):
    """What ``send`` and ``send_async`` take beside the events; every option may be left out.

    ``order``, ``duplicates``, ``fault`` and ``control`` are those of :func:`~steppay_mock.delivery.deliver.deliver`;
    ``seed`` repeats them, the trace ids and the jitter of retries. ``concurrency`` replaces that of the sender.
    ``watch`` is called with the :class:`~steppay_mock.delivery.run.progress.RunProgress` while it runs.
    ``keep_outcomes``: whether the report has every outcome. None: where there are at most 1,000 deliveries.
    """

    order: DeliveryOrder
    duplicates: float
    fault: str | None
    control: bool
    seed: int | str | None
    concurrency: int | None
    watch: Watch | None
    keep_outcomes: bool | None


class Sender:
    """Delivers events to one receiver or several, as the vendor's portal has them registered.

    ``to`` is a URL, an :class:`~steppay_mock.delivery.endpoint.Endpoint`, or several; ``secret`` signs for a URL.
    The options are those of :class:`~steppay_mock.delivery.options.settings.SenderOptions`. It may be used from several
    threads at once, and keeps nothing open between two calls.
    """

    _gateway: Mapping[str, Any] | None = None
    """What calls the receivers, where they are Lambda functions."""
    _note: Mapping[str, Any] | None = None
    """What the journal keeps with each run for the one who sends."""
    _memory: SigningMemory | None = None
    """The seconds at which other senders of this process signed."""

    def __init__(
        self, to: str | Endpoint | Iterable[Endpoint], *, secret: Any = None, **options: Unpack[SenderOptions]
    ) -> None:
        self._settings = read_sender_options(options)
        self._given = frozenset(options)
        access = {name: value for name, value in options.items() if name in AccessOptions.__annotations__}
        self._endpoints = open_endpoints(_read_endpoints(to, secret, access), allowed=self._settings.allow_hosts)
        self._running: list[StopRequest] = []  # no lock: one that is held while a process is forked stays held in it

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
        return f"<Sender: {', '.join(endpoint.name for endpoint in self._endpoints)}>"

    def send(
        self,
        events: Events | Schedule,
        *,
        order: DeliveryOrder = "occurrence",
        duplicates: float = 0.0,
        fault: str | None = None,
        control: bool = True,
        seed: int | str | None = None,
        concurrency: int | None = None,
        watch: Watch | None = None,
        keep_outcomes: bool | None = None,
    ) -> Report:
        """Deliver the events, and report the answers.

        With a journal the whole plan is on disk before anything is sent, so that a run that was killed can be resumed;
        events may come from a generator all the same. ``watch`` is called with the progress while it runs. The options
        are those of :class:`SendOptions`. In the main thread the first Ctrl-C starts nothing more and waits for the
        answers to what is in flight, and the second one interrupts at once.
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
                keep_outcomes=keep_outcomes,
            )

    async def send_async(self, events: Events | Schedule, **options: Unpack[SendOptions]) -> Report:
        """Do as :meth:`send` does, in a thread, while the event loop goes on.

        A call that is cancelled starts nothing more and waits for the answers to what is in flight; cancelled again, it
        does not wait for them.
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

    def resume(self, *, watch: Watch | None = None, keep_outcomes: bool | None = None) -> list[Report]:
        """Complete every run of the journal that was cut off; the receivers are those of this sender, by their names.

        What was acknowledged is not sent again. Of what was in flight it is not known whether it arrived: it is sent
        again, and marked. A run goes on with the options that it was begun with, but for those that this sender was
        given. A run that another process or thread is sending is left to it; one whose planning was cut off has sent
        nothing, and is cleared away.
        """
        path = self._settings.journal
        if path is None:
            raise SteppayMockError("Only what is in a journal can be resumed. Give the sender journal='...'.")
        if not Path(path).is_file():
            raise SteppayMockError(f"There is no journal {path}. Name the one of the run.")
        from steppay_mock.delivery.journal.claim import claim, forget_given_up
        from steppay_mock.delivery.journal.damage import refuse_damage
        from steppay_mock.delivery.journal.journal import Journal

        reports = []
        with closing(Journal(path)) as journal, self._stoppable() as stop:
            forget_given_up(journal)
            for run in journal.unfinished():
                refuse_damage(journal, run)
            for run in journal.unfinished():
                with claim(path, run) as ours:
                    if ours and not stop.asked and run in journal.unfinished():
                        reports.append(self._resume(journal, run, stop, watch=watch, keep_outcomes=keep_outcomes))
        return reports

    def stop(self) -> None:
        """Start nothing more, in any thread that is sending: ``send`` returns once what is in flight is answered."""
        for stop in self._running.copy():
            stop.ask()

    @contextmanager
    def _stoppable(self) -> Iterator[StopRequest]:
        stop = StopRequest()
        self._running.append(stop)
        try:
            yield stop
        finally:
            self._running.remove(stop)

    def _send(self, events: Events | Schedule, stop: StopRequest, **options: Any) -> Report:
        checked = read_send_options(options)
        order, fault, concurrency = checked["order"], checked["fault"], checked["concurrency"]
        for endpoint in self._endpoints:
            check_fault(fault, endpoint)
        settings = self._settings
        if concurrency is not None:
            settings = replace(settings, concurrency=concurrency)
        run = SenderRun(
            endpoints=self._endpoints,
            settings=settings,
            seed=checked["seed"],
            order=events.made_by if isinstance(events, Schedule) else order,
            progress=RunProgress(checked["keep_outcomes"]),
            stop=stop,
            watch=checked["watch"],
            open_engine=self._engine_opener(self._gateway),
            gateway=self._gateway,
            note=self._note,
            memory=self._memory,
            control=checked["control"],
        )
        planned = arrange(events, order, seed=run.seed, duplicates=checked["duplicates"], fault=fault)
        return run.send(planned)

    def _resume(
        self, journal: Journal, number: int, stop: StopRequest, *, watch: Watch | None, keep_outcomes: bool | None
    ) -> Report:
        from steppay_mock.delivery.journal.record import JournalRecord
        from steppay_mock.delivery.journal.resumed import recall_progress

        ((seed, made_by, kept),) = journal.ask("SELECT seed, made_by, settings FROM runs WHERE id = ?", number)
        settings = recall(number, kept, now=self._settings, told=self._given)
        gateway = recall_gateway(number, kept)
        run = SenderRun(
            endpoints=self._endpoints,
            settings=settings,
            seed=int(seed),
            order=str(made_by),
            progress=RunProgress(_read_keep(keep_outcomes)),
            stop=stop,
            watch=watch,
            open_engine=self._engine_opener(gateway),
            gateway=gateway,
            number=number,
            control=recall_control(number, kept),
        )
        endpoints = self._endpoints_of(journal, number)
        recall_progress(journal, number, endpoints, run.progress)
        return run.resume(JournalRecord(journal, number, settings.clock), endpoints)

    def _endpoints_of(self, journal: Journal, run: int) -> dict[int, RunEndpoint]:
        """The receivers of a run, by their numbers in the journal."""
        known = {(endpoint.name, endpoint.address.url): endpoint for endpoint in self._endpoints}
        found: dict[int, RunEndpoint] = {}
        for number, name, url in journal.ask("SELECT id, name, url FROM hooks WHERE run = ?", run):
            named = shown_url(name)  # journals of older versions have the whole URL for a name
            if (named, url) not in known:
                raise SteppayMockError(
                    f"Run {run} went to {named} ({shown_url(url)}), which this sender does not know. "
                    "Give it the same receivers."
                )
            found[int(number)] = known[named, url]
        return found

    def _engine_opener(self, gateway: Mapping[str, Any] | None) -> Callable[[EngineSettings], Engine]:
        if gateway is None:
            return make_engine
        from steppay_mock.delivery.aws.lambda_engine import LambdaEngine

        return partial(LambdaEngine, gateway=gateway, options=self._settings)


def _read_keep(keep: object) -> bool | None:
    return None if keep is None else check_flag("keep_outcomes", keep)


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
