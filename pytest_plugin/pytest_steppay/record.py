"""Records what a test did through the fixtures, for its report."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from steppay_mock.delivery.outcome import Outcome
    from steppay_mock.delivery.report import Report
    from steppay_mock.ordering.counterexample import Counterexample
    from steppay_mock.payload.event import Event
    from steppay_mock.rest.exchange import ApiCall
    from steppay_mock.store.store import Story

_SHOWN = 10
_NOT_FOUND = (
    "The API knows the objects of steppay_store and of steppay.scenario(...), not those of steppay.event(...) and "
    "steppay_event. If the 404 is no part of the test, deliver the events of a store or a scenario."
)
_LONGEST = 4000  # characters of a payload that a report shows; a usual order has two thousand


@dataclass(slots=True)
class ItemRecord:
    """What a test did through the fixtures: its seed, if it asked for one, and the last events made and delivered."""

    seed: int | str | None = None
    secrets: set[str] = field(default_factory=set, repr=False)
    made: deque[Event] = field(default_factory=lambda: deque(maxlen=_SHOWN))
    delivered: deque[Outcome] = field(default_factory=lambda: deque(maxlen=_SHOWN))
    failed: list[Outcome] = field(default_factory=list)
    sent: deque[str] = field(default_factory=lambda: deque(maxlen=_SHOWN))
    stories: deque[str] = field(default_factory=lambda: deque(maxlen=_SHOWN))
    proofs: list[tuple[str, ...]] = field(default_factory=list)
    """A line for each exploration, followed by its notes."""
    tokens: list[str] = field(default_factory=list)
    refused: Mapping[str, None] = field(default_factory=dict)
    """The calls that the patched API refused, as keys."""
    calls: Sequence[ApiCall] = ()
    """The calls that the patched API answered."""
    is_replayed: bool = False
    passed_over: str = ""
    made_count: int = 0
    delivered_count: int = 0
    failed_count: int = 0

    def add_secret(self, secret: object) -> None:
        """Remember a secret, or several, to mask them in the report."""
        if isinstance(secret, str):
            self.secrets.add(secret)
        elif isinstance(secret, tuple | list | set | frozenset):
            self.secrets.update(one for one in secret if isinstance(one, str))

    def add_made(self, events: Iterable[Event]) -> None:
        """Remember events that were made."""
        for event in events:
            self.made.append(event)
            self.made_count += 1

    def add_story(self, story: Story) -> None:
        """Remember the scenario of a story."""
        said = [f"{name}={value!r}" for part in story.parts for name, value in part.parameters.items()]
        said += [f"assumptions={dict(part.assumptions)}" for part in story.parts if part.assumptions]
        told = f"{story.name}({', '.join(said)}), {len(story)} events, seed {story.seed}"
        self.stories.append(f"{told}, currency {story.store.currency}, locale {story.store.locale}")

    def add_delivered(self, report: Report) -> None:
        """Remember the outcomes of deliveries."""
        self.delivered.extend((*report, *report.controls))
        self.delivered_count += len(report) + len(report.controls)
        self.failed += report.failures[: _SHOWN - len(self.failed)]
        self.failed_count += report.failed

    def add_sent(self, report: Report, *, journal: Path) -> None:
        """Remember a run of the sender."""
        stopped = ", stopped" if report.stopped else ""
        first = f"; first failure: {report.failures[0]}" if report.failures else ""
        told = ", ".join(f"{count} x {status or 'no answer'}" for status, count in report.statuses.most_common())
        counts = f"{report.succeeded} of {report.planned} delivered to {report.receiver}: {told or 'nothing was sent'}"
        self.sent.append(f"{counts}{stopped}{first}; seed {report.seed}, run {report.run} of {journal}")

    def add_proof(
        self, line: str, *, notes: Iterable[str] = (), counterexamples: Iterable[Counterexample] = ()
    ) -> None:
        """Remember the verdict of an exploration in a line, its notes, and the tokens that replay it if it failed."""
        self.proofs.append(tuple(map(self._without_secrets, (line, *notes))))
        self.tokens += [one.token for one in counterexamples]

    def take_proofs(self) -> list[tuple[str, ...]]:
        """The lines of explorations since the last call, each with its notes."""
        taken, self.proofs = self.proofs, []
        return taken

    def lines(self) -> Iterator[str]:
        """The lines of the report: events made, deliveries, failed ones first, and the payload of the first failure."""
        for story in self.stories:
            yield self._without_secrets(f"scenario: {story}")
        if self.made:
            count = f"{self.made_count}, the last of them " if self.made_count > _SHOWN else ""
            yield f"made: {count}{', '.join(str(event.type) for event in self.made)}"
        shown: Iterable[Outcome] = self.delivered
        if self.delivered_count > _SHOWN:
            shown = self.failed or self.delivered
            which = f"{self.failed_count} failed" if self.failed else "the last of them"
            yield f"delivered: {self.delivered_count}, {which}"
        for outcome in shown:
            yield self._without_secrets(f"delivered: {str(outcome).replace(': ', ' -> ', 1)}")
        yield from map(self._without_secrets, self._failed_calls())
        for call in islice(self.refused, _SHOWN):
            yield self._without_secrets(f"refused by steppay_api: {call}")
        if self.refused:
            from steppay_mock.rest.refused_calls import REFUSED_CALL

            yield f"next: {REFUSED_CALL}"
        for run in self.sent:
            yield self._without_secrets(f"sent: {run}")
        if self.failed:
            yield self._without_secrets(f"payload: {_cut(_in_one_line(self.failed[0].event))}")

    def _failed_calls(self) -> Iterator[str]:
        from http import HTTPStatus  # here, as a start of pytest does not load it

        failed = [call for call in self.calls if (call.status or 0) >= HTTPStatus.BAD_REQUEST]
        told = dict.fromkeys(f"answered by steppay_api: {one.method} {one.path} -> {one.status}" for one in failed)
        yield from islice(told, _SHOWN)
        if any(call.status == HTTPStatus.NOT_FOUND for call in failed):
            yield f"next: {_NOT_FOUND}"

    def _without_secrets(self, text: str) -> str:
        from steppay_mock.wire.redact import Redaction

        return Redaction(self.secrets).text(text)


def _in_one_line(event: Event) -> str:
    from steppay_mock.payload.body import write_body

    return write_body(event.payload, "compact").decode()


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({len(text)} characters)"


RECORD: pytest.StashKey[ItemRecord] = pytest.StashKey()


def record_of(item: pytest.Item) -> ItemRecord:
    """The record of this test, made at the first call. A test without one uses no fixture of the plugin."""
    return item.stash.setdefault(RECORD, ItemRecord())
