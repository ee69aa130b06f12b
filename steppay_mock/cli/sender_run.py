"""A run of the sender from the command line, and what is shown of it."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from steppay_mock.cli.options.faults import told_of
from steppay_mock.cli.show.journal import Judged, as_data, lines_of_runs
from steppay_mock.cli.show.progress import stoppable, watching
from steppay_mock.cli.show.report import advice, counted_deliveries, show_kinds, show_lines, summary
from steppay_mock.cli.show.report_files import FEW, Line, write_reports
from steppay_mock.cli.show.resumed_runs import Stand, exit_code, lines_about, outcome_of, worst
from steppay_mock.cli.show.terminal import counted, say, write_json

if TYPE_CHECKING:
    from steppay_mock.delivery.endpoint import Endpoint
    from steppay_mock.delivery.journal.reading import Reading
    from steppay_mock.delivery.order import Order
    from steppay_mock.delivery.schedule.schedule import Schedule
    from steppay_mock.delivery.sender.sender import Sender, Watch
    from steppay_mock.delivery.sender.tally import Tally
    from steppay_mock.payload.event import Event

_SEEDS = range(-(2**63), 2**63)  # what a column of SQLite can hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorder:
    """Sends through the sender: many at once, with retries, written down."""

    endpoints: Sequence[Endpoint] = field(repr=False)
    options: dict[str, Any]
    journal: str | None
    unsigned: bool
    as_json: bool
    reports: tuple[Path, ...] = ()
    name: str = "steppay-mock send"

    def send(
        self,
        events: Iterable[Event] | Schedule,
        *,
        count: int,
        seed: int,
        order: Order,
        duplicates: float,
        fault: str | None = None,
    ) -> int:
        """Send the events and show what came of it; the exit code."""
        from steppay_mock.delivery.schedule.schedule import Schedule

        if seed not in _SEEDS:
            raise click.UsageError(f"--seed {seed} is too large for a journal. Give one of at most 18 digits.")

        def run(sender: Sender, watch: Watch) -> list[Tally]:
            if isinstance(events, Schedule):
                return [sender.send(events, fault=fault, seed=seed, watch=watch)]
            return [sender.send(events, order=order, duplicates=duplicates, fault=fault, seed=seed, watch=watch)]

        count *= len(self.endpoints)
        # Of what is few, or reported, each delivery is told, and the sender itself keeps none in memory.
        with _journal(self.journal, needed=count <= FEW or bool(self.reports)) as journal:
            tallies = self._run(run, journal, count=count)
            if fault is not None:
                (tally,) = tallies
                for line in told_of(fault, right=tally.judged(right=True), count=tally.judged(), plain=tally.undecided):
                    say(line)
            made_by = events.made_by if isinstance(events, Schedule) else str(order)
            return self.conclude(tallies, journal, single=True, order=made_by)

    def resume(self, *, count: int) -> list[Tally]:
        """Complete the runs that were cut off, and show nothing yet."""
        return self._run(lambda sender, watch: sender.resume(watch=watch), self.journal, count=count)

    def run_only(self, events: Iterable[Event], *, count: int) -> list[Tally]:
        """Send the events in their order, and show nothing yet."""

        def run(sender: Sender, watch: Watch) -> list[Tally]:
            return [sender.send(events, watch=watch)]

        return self._run(run, self.journal, count=count)

    def _run(self, run: Callable[..., list[Tally]], journal: str | None, *, count: int) -> list[Tally]:
        from steppay_mock.delivery.own_lack import OwnLackError
        from steppay_mock.delivery.sender.sender import Sender

        with stoppable() as stop:
            sender = Sender(self.endpoints, journal=journal, **self.options)
            stop.sender = sender
            with watching(stop, count=count) as watch:
                try:
                    return run(sender, watch)
                except OwnLackError as lack:
                    lack.journal = self.journal  # one that was not asked for is gone with this command
                    raise

    def conclude(
        self,
        tallies: Sequence[Tally],
        journal: str | None,
        *,
        single: bool = False,
        order: str | None = None,
        others: Sequence[Stand] = (),
    ) -> int:
        """Show what came of the runs, and how ``others`` stand, and write the reports; the exit code."""
        runs = [tally.run for tally in tallies if tally.run is not None]
        judged = Judged.of(tallies)
        count = sum(tally.planned + (tally.control.planned if tally.control else 0) for tally in tallies)
        outcome = worst([outcome_of(tallies), *(one.outcome for one in others)])
        with ExitStack() as stack:
            reading = None
            if journal is not None:
                from steppay_mock.delivery.journal.reading import read_journal

                reading = stack.enter_context(read_journal(journal))
            documents = [self._document(tally, reading, order) for tally in tallies]
            document = (
                documents[0]
                if single
                else {
                    "ok": outcome == "complete",
                    "outcome": outcome,
                    "elapsed": sum(tally.elapsed for tally in tallies),
                    "runs": [*documents, *(one.as_dict() for one in others)],
                }
            )
            if self.as_json:
                write_json(document)
            elif reading is not None and count <= FEW and tallies:
                show_lines(lines_of_runs(reading, runs, judged=judged))
            elif tallies:
                show_kinds(sum((tally.answers for tally in tallies), Counter()))
            self._tell(tallies)
            if reading is not None:
                self._report(partial(lines_of_runs, reading, judged=judged), runs, others, document, count=count)
        return exit_code(outcome)

    def _report(
        self,
        read: Callable[[list[int]], Iterator[Line]],
        runs: list[int],
        others: Sequence[Stand],
        document: dict[str, Any],
        *,
        count: int,
    ) -> None:
        wrong = [one for one in others if one.outcome != "complete"]
        shown = [*runs, *(one.run for one in wrong)]

        def lines() -> Iterator[Line]:
            yield from read(shown) if shown else ()
            yield from lines_about(wrong, name=self.name)

        count += sum(one.planned for one in wrong)
        write_reports(self.reports, document, lines, count=count, name=self.name)

    def _document(self, tally: Tally, reading: Reading | None, order: str | None) -> dict[str, Any]:
        from steppay_mock.delivery.journal.reading import Wanted

        statuses = {"none" if status is None else str(status): n for status, n in tally.statuses.items()}
        document = {**tally.as_dict(), "outcome": outcome_of([tally]), "journal": self.journal, "statuses": statuses}
        if order is not None:
            document["order"] = order
        if reading is not None and tally.run is not None and tally.planned <= FEW:
            document["deliveries"] = [as_data(one) for one in reading.deliveries(Wanted(runs=(tally.run,)))]
        return document

    def _tell(self, tallies: Sequence[Tally]) -> None:
        for tally in tallies:
            say(summary(tally.planned, tally.target, tally.statuses))
            for line in (*_notes(tally), *self._advice(tally), *self._next_steps(tally)):
                say(line)

    def _advice(self, tally: Tally) -> Iterator[str]:
        if tally.ok:
            return iter(())
        plain = tally.control or tally  # how the receiver takes what is right
        return advice(plain.statuses, target=tally.target, failures=plain.codes, unsigned=self.unsigned)

    def _next_steps(self, tally: Tally) -> Iterator[str]:
        left = tally.stopped and (tally.pending or self.journal is None)
        if left and self.journal is None:
            yield "stopped. Without --journal FILE nothing is known of what is left: send it again."
        if self.journal is None:
            return
        if tally.run is None:
            yield "stopped while it was planned: nothing was sent. Begin it anew."
            return
        if left:
            yield f"stopped: {tally.pending} of {tally.planned} have no outcome yet. Go on with:"
            yield f"  steppay-mock resume --journal {shlex.quote(self.journal)}"
        yield f"run {tally.run}: steppay-mock log --journal {shlex.quote(self.journal)} --run {tally.run}"


def _notes(tally: Tally) -> Iterator[str]:
    if tally.retried:
        yield f"{counted(tally.retried, 'attempt')} came after a failed one"
    if tally.perhaps_again:
        yield f"{counted(tally.perhaps_again, 'attempt')} may have repeated one that had arrived"
    for name, count in tally.left_out.items():
        yield f"{counted_deliveries(count)} left out for {name}, which is registered for other event types"
    if not tally.planned:
        yield "no receiver takes these event types: look at its events"


@contextmanager
def _journal(given: str | None, *, needed: bool) -> Iterator[str | None]:
    """The journal that was named, else, if one is needed, one that is gone afterwards."""
    if given is not None or not needed:
        yield given
        return
    with TemporaryDirectory(prefix="steppay-mock-") as folder:
        yield str(Path(folder) / "journal.sqlite")
