"""A sender of the command line: it sends, resumes, shows the reports, and gives the exit code."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from steppay_mock.cli.options.faults import told_of
from steppay_mock.cli.show.progress import stoppable, watching
from steppay_mock.cli.show.report import (
    advice,
    as_document,
    count_of,
    counted_deliveries,
    lines_of,
    show_lines,
    show_types,
    summary,
)
from steppay_mock.cli.show.report_files import FEW, ReportLine, write_reports
from steppay_mock.cli.show.resumed_runs import RunState, exit_code, lines_about, outcome_of, worst
from steppay_mock.cli.show.terminal import counted, say, write_json

if TYPE_CHECKING:
    from steppay_mock.cli.options.lambda_function import Gateway
    from steppay_mock.delivery.endpoint import Endpoint
    from steppay_mock.delivery.order import DeliveryOrder
    from steppay_mock.delivery.report import Report
    from steppay_mock.delivery.run.drivers import Watch
    from steppay_mock.delivery.schedule.schedule import Schedule
    from steppay_mock.delivery.sender.sender import Sender
    from steppay_mock.payload.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderCommand:
    """Sends to these endpoints with these options, and shows the reports."""

    endpoints: Sequence[Endpoint] = field(repr=False)
    options: dict[str, Any]
    journal: str | None
    unsigned: bool
    as_json: bool
    reports: tuple[Path, ...] = ()
    name: str = "steppay-mock send"
    gateway: Gateway | None = None

    def __post_init__(self) -> None:
        """Refuse a report that would be written over the journal."""
        for path in self.reports if self.journal is not None else ():
            if path.resolve() == Path(self.journal or "").resolve():
                raise click.UsageError(f"--report {path} is the journal, and would replace it. Name another file.")

    def send(
        self,
        events: Iterable[Event] | Schedule,
        *,
        count: int,
        seed: int,
        order: DeliveryOrder,
        duplicates: float,
        fault: str | None = None,
    ) -> int:
        """Send the events and show the report; the exit code."""

        def run(sender: Sender, watch: Watch) -> list[Report]:
            return [
                sender.send(
                    events,
                    order=order,
                    duplicates=duplicates,
                    fault=fault,
                    seed=seed,
                    watch=watch,
                    keep_outcomes=self._keep,
                )
            ]

        (report,) = self._run(run, count=count * len(self.endpoints))
        if fault is not None:
            for line in _verdicts(report, fault):
                say(line)
        return self.conclude([report], single=True)

    def resume(self, *, count: int) -> list[Report]:
        """Complete the runs that were cut off, and show nothing yet."""
        return self._run(lambda sender, watch: sender.resume(watch=watch, keep_outcomes=self._keep), count=count)

    def send_in_order(self, events: Iterable[Event], *, count: int) -> list[Report]:
        """Send the events in their order, and show nothing yet."""
        return self._run(
            lambda sender, watch: [sender.send(events, watch=watch, keep_outcomes=self._keep)], count=count
        )

    def conclude(self, found: Sequence[Report], *, single: bool = False, others: Sequence[RunState] = ()) -> int:
        """Show the reports, and the state of the ``others`` runs, and write the report files; the exit code."""
        outcome = worst([outcome_of(found), *(one.outcome for one in others)])
        documents = [as_document(report, outcome=outcome_of([report])) for report in found]
        document = (
            documents[0]
            if single
            else {
                "ok": outcome == "complete",
                "outcome": outcome,
                "elapsed": sum(report.elapsed for report in found),
                "runs": [*documents, *(one.as_dict() for one in others)],
            }
        )
        count = sum(map(count_of, found))
        if self.as_json:
            write_json(document)
        elif found and count <= FEW:
            show_lines(line for report in found for line in lines_of(report))
        elif found:
            show_types(sum((report.answers for report in found), Counter()), [one for r in found for one in r.controls])
        for report in found:
            say(summary(report))
            for line in (*_notes(report), *self._advice(report), *self._next_steps(report)):
                say(line)
        wrong = [one for one in others if one.outcome != "complete"]
        self._write_reports(found, wrong, document, count=count)
        return exit_code(outcome)

    @property
    def _keep(self) -> bool | None:
        """Whether every outcome is needed: in JSON each of them stands."""
        return True if self.as_json or any(path.suffix == ".json" for path in self.reports) else None

    def _run(self, run: Callable[[Sender, Watch], list[Report]], *, count: int) -> list[Report]:
        with stoppable() as stop:
            stop.sender = self._open()
            with watching(stop, count=count) as watch:
                return run(stop.sender, watch)

    def _open(self) -> Sender:
        options: Any = {**self.options, "journal": self.journal}
        if self.gateway is not None and self.gateway.kind is not None:
            from steppay_mock.delivery.aws.lambda_sender import LambdaSender

            return LambdaSender(self.endpoints, kind=self.gateway.kind, path=self.gateway.path, **options)
        from steppay_mock.delivery.sender.sender import Sender

        return Sender(self.endpoints, **options)

    def _write_reports(
        self, found: Sequence[Report], wrong: Sequence[RunState], document: dict[str, Any], *, count: int
    ) -> None:
        count += sum(one.planned for one in wrong)

        def lines() -> Iterator[ReportLine]:
            for report in found:
                yield from lines_of(report)
            yield from lines_about(wrong, name=self.name, journal=self.journal)

        write_reports(self.reports, document, lines, count=count, name=self.name)

    def _advice(self, report: Report) -> Iterator[str]:
        right = report.succeeded and not report.failed  # with a fault 401 may be what is right
        return iter(()) if right else advice(report, unsigned=self.unsigned)

    def _next_steps(self, report: Report) -> Iterator[str]:
        if self.journal is None:
            if report.stopped:
                yield "stopped. Without --journal FILE the run cannot be resumed: send it again."
            return
        if report.run is None:
            yield "stopped while it was planned: nothing was sent. Start it again."
            return
        if report.stopped:
            left = f"{report.pending} of {report.planned} have no outcome yet"
            yield f"stopped: {left if report.pending else _NO_CONTROLS}. Go on with:"
            yield f"  steppay-mock resume --journal {shlex.quote(self.journal)}"
        yield f"run {report.run}: steppay-mock log --journal {shlex.quote(self.journal)} --run {report.run}"


_NO_CONTROLS = "not all events were repeated without the fault, so there is no verdict yet"


def _verdicts(report: Report, fault: str) -> Iterator[str]:
    """What the run says of the fault. The steps of a schedule may have other faults, which are not counted."""
    plain = {str(one.event.type): one.answer for one in report.controls if not one.ok}
    right, judged = report.succeeded, report.succeeded + report.failed - report.undecided
    if report.kept is not None:
        decided = [one for one in report.kept if one.fault == fault and not one.undecided]
        right, judged = sum(one.ok for one in decided), len(decided)
    # A run that was stopped lacks controls, and without them there is no verdict to count.
    yield from told_of(fault, right=right, count=0 if report.stopped else judged, plain=plain)


def _notes(report: Report) -> Iterator[str]:
    if report.retried:
        yield f"{counted(report.retried, 'attempt')} came after a failed one"
    if report.perhaps_again:
        yield f"{counted(report.perhaps_again, 'attempt')} may have repeated one that had arrived"
    for name, count in report.left_out.items():
        yield f"{counted_deliveries(count)} left out for {name}, which is registered for other event types"
    if not report.planned:
        yield "no receiver takes these event types: look at its events"
