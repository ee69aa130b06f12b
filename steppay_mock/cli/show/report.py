"""What came of the deliveries, and what does that say about the receiver?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from steppay_mock.cli.options.signing import VARIABLE
from steppay_mock.cli.show.report_files import FEW, Line
from steppay_mock.cli.show.terminal import counted, say, write_json, write_table

if TYPE_CHECKING:
    from steppay_mock.delivery.failure import Failure
    from steppay_mock.delivery.outcome import Outcome
    from steppay_mock.delivery.report import Report


def show_report(report: Report, *, as_json: bool) -> None:
    """The outcomes on standard output, and a summary by status on standard error."""
    if as_json:
        write_json(report.as_dict())
    elif len(report) > FEW:
        counts = Counter((str(outcome.event.type), outcome.status) for outcome in report)
        show_kinds(counts + Counter((plain(str(one.event.type)), one.status) for one in report.controls))
    else:
        show_lines(lines_of(report))
    say(summary(len(report), report.target, report.statuses))


def lines_of(report: Report) -> Iterator[Line]:
    """The outcomes, as reports show them, and the deliveries without a fault that the verdicts rest on."""
    for outcome in (*report, *report.controls):
        event = str(outcome.event.type)
        yield Line(
            number=outcome.position + 1,
            event=event if outcome.position < len(report) else plain(event),
            state="SUCCESS" if outcome.ok else "FAIL",
            answer=_answer(outcome),
            seconds=outcome.latency,
            receiver=report.target,
        )


def plain(event: str) -> str:
    """The event type of a delivery that is the control of a fault."""
    return f"{event}, without the fault"


def plainly(report: Report) -> set[int | None]:
    """The answers that say how the receiver takes what is right: those to the controls, if there are any."""
    return {one.status for one in report.controls} or set(report.statuses)


def show_lines(lines: Iterable[Line]) -> None:
    """One row for each delivery."""
    rows = (
        (str(line.number), line.event, line.answer, "" if line.seconds is None else f"{line.seconds * 1000:.1f}")
        for line in lines
    )
    write_table(("#", "Event type", "Answer", "ms"), rows, right=frozenset({"#", "ms"}), wraps=frozenset({"Answer"}))


def show_kinds(answers: Mapping[tuple[str, int | None], int]) -> None:
    """One row for each event type and status."""
    ordered = sorted(answers.items(), key=lambda one: (one[0][0], one[0][1] or 0))
    rows = ((event, str(status or "no answer"), str(count)) for (event, status), count in ordered)
    write_table(("Event type", "Answer", "Times"), rows, right=frozenset({"Times"}))


def summary(count: int, target: str, statuses: Counter[int | None]) -> str:
    """All of it in one line."""
    told = ", ".join(f"{times} x {status or 'no answer'}" for status, times in statuses.most_common())
    return f"{counted_deliveries(count)} to {target}: {told or 'nothing was sent'}"


def counted_deliveries(count: int) -> str:
    """How many there are, in words."""
    return counted(count, "delivery").replace("deliverys", "deliveries")


def advice(
    statuses: Collection[int | None], *, target: str, failures: Collection[Failure | None], unsigned: bool
) -> Iterator[str]:
    """What to look at, where every delivery failed in the same way; ``failures`` are the codes of what was lost."""
    from steppay_mock.delivery.failure import Failure
    from steppay_mock.delivery.next_step import BROKE, step_for_status

    found = set(statuses)
    only = found.pop() if len(found) == 1 else 0
    if only is None:
        yield _about_silence(target, failures)
    elif 200 <= only <= 299 and set(failures) == {Failure.BROKEN}:
        yield f"hint: every answer was {only}, and did not come whole. {BROKE}"
    elif (step := step_for_status(only)) is not None:
        yield f"hint: every answer was {only}. {step}"
    elif only == 404:
        yield f"hint: every answer was 404. Is the path right? The webhooks went to {target}"
    elif only == 405:
        yield f"hint: every answer was 405. Does the receiver take POST at {target}?"
    elif only in {401, 403}:
        yield f"hint: every answer was {only}. {_about_refusal(unsigned=unsigned)}"
        yield (
            "hint: is there access control in front of it? Pass --header or --basic-auth. No journal keeps them: "
            "`resume` and `resend` need them again."
        )


def failures_of(report: Report) -> set[Failure | None]:
    """The codes of what went wrong, of the deliveries that say how the receiver takes what is right."""
    return {outcome.failure for outcome in report.controls or report}


def _answer(outcome: Outcome) -> str:
    return str(outcome.status) if outcome.ok and outcome.status is not None else outcome.answer


def _about_silence(target: str, failures: Collection[Failure | None]) -> str:
    from steppay_mock.delivery.failure import Failure
    from steppay_mock.delivery.next_step import step_without_answer

    if set(failures) == {Failure.TIMED_OUT}:
        return "hint: nothing was answered in time. Let the receiver answer first and work later, or raise --timeout."
    if (step := step_without_answer(failures)) is not None:
        return f"hint: no answer came from {target}. {step}"
    return f"hint: nothing could be reached. Is the receiver running at {target}?"


def _about_refusal(*, unsigned: bool) -> str:
    if unsigned:
        return "Rightly so: --unsigned left the signature out. Pass --secret to be let in."
    from steppay_mock.delivery.explain import RAW_BODY

    return f"Is the secret right? The one of --secret or {VARIABLE} must be the receiver's. {RAW_BODY}"
