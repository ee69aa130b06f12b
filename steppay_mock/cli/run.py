"""Where do the events go, one after the other or through the sender, and what is shown of it?"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sized
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import click

from steppay_mock.cli.exit_codes import UNREACHED, WRONG
from steppay_mock.cli.options.address import agree
from steppay_mock.cli.options.faults import told_of
from steppay_mock.cli.show.plan import show_plan
from steppay_mock.cli.show.report import advice, failures_of, lines_of, plainly, show_report
from steppay_mock.cli.show.report_files import write_reports
from steppay_mock.cli.show.terminal import say
from steppay_mock.cli.show.waits import LONG, in_words
from steppay_mock.wire.real_time import sleep

if TYPE_CHECKING:
    from steppay_mock.cli.options.delivery import Sending
    from steppay_mock.delivery.address import Address
    from steppay_mock.delivery.report import Report
    from steppay_mock.delivery.schedule.schedule import Planned, Schedule
    from steppay_mock.payload.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """One receiver: where it is, and how for it is signed."""

    endpoint: Address
    secrets: tuple[str, ...] | None = field(repr=False)
    name: str = ""
    events: tuple[str, ...] = ()

    def wants(self, event_type: str) -> bool:
        """Whether events of this type are for it; without ``events`` all are."""
        return not self.events or event_type in self.events

    def __str__(self) -> str:
        return self.name or str(self.endpoint)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where the events go, and with which signature."""

    sending: Sending
    receivers: tuple[Receiver, ...]
    allowed: frozenset[str]
    title: str = "steppay-mock send"

    @property
    def target(self) -> str:
        """The receivers in words."""
        return ", ".join(map(str, self.receivers))

    @property
    def recorded(self) -> bool:
        """Whether the sender is needed."""
        return self.sending.recorded or len(self.receivers) > 1 or bool(self.receivers[0].events)

    def send(self, events: Iterable[Event], *, count: int, seed: int, speed: float = 1.0) -> int:
        """Send the events and show what came of it, or with ``--dry-run`` what would be sent; the exit code."""
        from steppay_mock.delivery.order import arrange

        if not self.sending.dry_run and self.recorded:
            return self._record(events, count=count, seed=seed, speed=speed)
        # Put in order here, so that each is seen as it goes out.
        sending = self.sending
        planned = arrange(events, sending.order, seed=seed, duplicates=sending.duplicates, fault=sending.fault)
        count = len(planned) if isinstance(planned, Sized) else count
        if self.sending.dry_run:
            show_plan(planned, self.receivers, seed=seed, order=sending.order, as_json=sending.as_json)
            return 0
        report = self._deliver(planned, count=count, seed=seed)
        return self._conclude(report)

    def send_schedule(self, schedule: Schedule, *, seed: int, speed: float) -> int:
        """Do what the schedule says, or with ``--dry-run`` show it; the exit code."""
        from steppay_mock.delivery.order import arrange

        planned = tuple(arrange(schedule, "occurrence", seed=seed, fault=self.sending.fault))
        if self.sending.dry_run:
            show_plan(planned, self.receivers, seed=seed, order=schedule.made_by, as_json=self.sending.as_json)
            return 0
        if not self.recorded:
            _check_faults(sorted({one.fault for one in planned if one.fault is not None}))
            report = self._deliver(planned, count=len(planned), seed=seed, sleep=lambda wait: _wait(wait * speed))
            return self._conclude(replace(report, order=schedule.made_by))
        return self._record(schedule, count=len(planned), seed=seed, speed=speed)

    def _conclude(self, report: Report) -> int:
        show_report(report, as_json=self.sending.as_json)
        fault = self.sending.fault
        if fault is not None:
            count = len(report) - len(report.undecided)
            plain = {str(one.event.type): one.answer for one in report.controls if not one.ok}
            for line in told_of(fault, right=len(report) - len(report.failed), count=count, plain=plain):
                say(line)
        if not report.ok:
            (unsigned,) = (one.secrets is None for one in self.receivers)
            found = failures_of(report)
            for line in advice(plainly(report), target=report.target, failures=found, unsigned=unsigned):
                say(line)
        count = len(report) + len(report.controls)
        write_reports(self.sending.reports, report.as_dict(), lambda: lines_of(report), count=count, name=self.title)
        if report.ok:
            return 0
        unreached = len(report.unreachable) == len(report) and all(one.status is None for one in report.controls)
        return UNREACHED if unreached else WRONG

    def _record(self, events: Iterable[Event] | Schedule, *, count: int, seed: int, speed: float) -> int:
        from steppay_mock.cli.sender_run import Recorder
        from steppay_mock.delivery.endpoint import Endpoint

        allowed = self.allowed
        for one in self.receivers:
            allowed = agree(one.endpoint, allowed, count=count)
        endpoints = [
            Endpoint(
                url=one.endpoint.url,
                secret=one.secrets,
                name=one.name,
                events=one.events,
                **one.endpoint.access.options,
            )
            for one in self.receivers
        ]
        recorder = Recorder(
            endpoints=endpoints,
            options={**self.sending.options(), "speed": speed, "allow_hosts": allowed},
            journal=self.sending.journal,
            unsigned=self.sending.unsigned,
            as_json=self.sending.as_json,
            reports=self.sending.reports,
            name=self.title,
        )
        return recorder.send(
            events,
            count=count,
            seed=seed,
            order=self.sending.order,
            duplicates=self.sending.duplicates,
            fault=self.sending.fault,
        )

    def _deliver(
        self,
        planned: Iterable[Planned],
        *,
        count: int,
        seed: int,
        sleep: Callable[[float], object] | None = None,
    ) -> Report:
        from steppay_mock.delivery.deliver import deliver_planned
        from steppay_mock.delivery.options.settings import resolve_options
        from steppay_mock.delivery.sender.clock import Clock

        (receiver,) = self.receivers
        settings = resolve_options(
            {
                "secret": receiver.secrets,
                "order": self.sending.order,
                "seed": seed,
                "timeout": self.sending.timeout,
                "clock": None if sleep is None else Clock(sleep=sleep),
                "allow_hosts": agree(receiver.endpoint, self.allowed, count=count),
                **self.sending.gateway.options,
                **receiver.endpoint.access.options,
            }
        )
        to = self.sending.gateway.target(receiver.endpoint)
        if sleep is not None:  # a schedule: only a plan that is there as a whole can have copies, and a bar hides that
            return deliver_planned(planned, to=to, settings=settings)
        with _progress(planned, count) as watched, _interruption_told():
            return deliver_planned(watched, to=to, settings=settings)


@contextmanager
def _interruption_told() -> Iterator[None]:
    """Say at Ctrl-C what is known of the deliveries, which is nothing, and how to know it the next time."""
    try:
        yield
    except KeyboardInterrupt:
        say("stopped: what was delivered until now is not written down. With --journal FILE it is, and can be resumed.")
        raise


def _wait(seconds: float) -> None:
    """Wait as a schedule says, with a word about it where that is long."""
    if seconds > LONG:
        say(f"waiting {in_words(seconds)}, as the schedule says")
    sleep(seconds)


def _check_faults(names: Iterable[str]) -> None:
    if names:
        from steppay_mock.delivery.faults import find_fault

        for name in names:
            find_fault(name)


@contextmanager
def _progress(planned: Iterable[Planned], count: int) -> Iterator[Iterable[Planned]]:
    """The deliveries, with a bar on standard error that counts those taken, if somebody can see it."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield planned
        return
    with click.progressbar(planned, length=count, label="sending", file=sys.stderr) as bar:
        yield bar
