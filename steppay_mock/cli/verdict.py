"""What came of the deliveries, and what does that say about the receiver?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from steppay_mock.cli.output import counted, say, write_json, write_table
from steppay_mock.cli.secret import VARIABLE

if TYPE_CHECKING:
    from steppay_mock.delivery.outcome import Outcome
    from steppay_mock.delivery.report import Report


def show_report(report: Report, *, as_json: bool) -> None:
    """The outcomes on standard output, and a summary by status on standard error."""
    if as_json:
        write_json(report.as_dict())
    else:
        rows = (
            (str(outcome.position + 1), str(outcome.event.type), _answer(outcome), f"{outcome.latency * 1000:.1f}")
            for outcome in report
        )
        write_table(
            ("#", "Event type", "Answer", "ms"), rows, right=frozenset({"#", "ms"}), wraps=frozenset({"Answer"})
        )
    statuses = ", ".join(f"{count} x {status or 'no answer'}" for status, count in report.statuses.most_common())
    say(f"{counted(len(report), 'delivery').replace('deliverys', 'deliveries')} to {report.target}: {statuses}")


def advice(report: Report, *, unsigned: bool) -> Iterator[str]:
    """What to look at, where every delivery failed in the same way."""
    if len(report.unreachable) == len(report):
        yield _about_silence(report)
    statuses = set(report.statuses)
    if statuses == {404}:
        yield f"hint: every answer was 404. Is the path right? The webhooks went to {report.target}"
    if statuses == {405}:
        yield f"hint: every answer was 405. Does the receiver take POST at {report.target}?"
    if statuses in ({401}, {403}):
        yield f"hint: every answer was {statuses.pop()}. {_about_refusal(unsigned=unsigned)}"


def _answer(outcome: Outcome) -> str:
    return str(outcome.status) if outcome.ok else str(outcome).partition(": ")[2]


def _about_silence(report: Report) -> str:
    if all(outcome.error is not None and "timed out" in outcome.error for outcome in report):
        return "hint: nothing was answered in time. Let the receiver answer first and work later, or raise --timeout."
    return f"hint: nothing could be reached. Is the receiver running at {report.target}?"


def _about_refusal(*, unsigned: bool) -> str:
    if unsigned:
        return "Rightly so: --unsigned left the signature out. Pass --secret to be let in."
    return f"Is the secret right? The one of --secret or {VARIABLE} must be the receiver's."
