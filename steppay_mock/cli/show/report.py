"""Shows the report on a run: a row for each delivery or event type, a summary, and the next step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from steppay_mock.cli import environment
from steppay_mock.cli.show.report_files import ReportLine
from steppay_mock.cli.show.terminal import counted, write_table

if TYPE_CHECKING:
    from steppay_mock.delivery.failure import Failure
    from steppay_mock.delivery.outcome import Outcome
    from steppay_mock.delivery.report import Report, Warned

_WARNINGS: Mapping[Warned, str] = {
    "all-401": "every answer was 401: is the secret right?",
    "all-404": "every answer was 404: is the path right?",
    "in-order": "nothing was reordered: StepPay promises no order, so try --order shuffled",
}


def as_document(report: Report, *, outcome: str) -> dict[str, Any]:
    """The report as JSON has it, in the words of the command line; ``outcome`` is the one of the whole run."""
    return {**report.as_dict(), "warnings": [_WARNINGS[code] for code in report.warned()], "outcome": outcome}


def count_of(report: Report) -> int:
    """How many deliveries it has, its controls among them."""
    return report.planned + len(report.controls)


def lines_of(report: Report) -> Iterator[ReportLine]:
    """A line for each outcome, or where they are not kept one for each event type and state; then the controls."""
    for outcome in report.kept or ():
        yield _line(outcome, event=_event(outcome))
    for (receiver, event), counts in report.types.items():
        first = counts.first_failure
        found = [("PENDING", counts.pending, "no outcome yet", 0.0)]
        if report.kept is None:
            failed = "no verdict" if first is None else first.answer
            found += [("SUCCESS", counts.succeeded, "2xx", counts.seconds), ("FAIL", counts.failed, failed, 0.0)]
        for state, times, answer, seconds in found:
            if times:
                yield ReportLine(
                    number=None,
                    event=event,
                    state=state,
                    answer=answer,
                    seconds=seconds,
                    receiver=receiver,
                    times=times,
                )
    for control in report.controls:
        yield _line(control, event=plain(str(control.event.type)))


def _line(outcome: Outcome, *, event: str) -> ReportLine:
    return ReportLine(
        number=outcome.position + 1 if outcome.id is None else outcome.id,
        event=event,
        state="SUCCESS" if outcome.ok else "FAIL",
        answer=str(outcome.status) if outcome.ok and outcome.status is not None else outcome.answer,
        seconds=outcome.latency,
        receiver=outcome.receiver,
    )


def _event(outcome: Outcome) -> str:
    return f"{outcome.event.type}{', again' if outcome.again else ''}"


def plain(event: str) -> str:
    """The event type of a delivery that is the control of a fault."""
    return f"{event}, without the fault"


def show_lines(lines: Iterable[ReportLine]) -> None:
    """One row for each line."""
    rows = (
        (
            "" if line.number is None else str(line.number),
            line.event,
            line.answer if line.times == 1 else f"{line.times} x {line.answer}",
            f"{line.seconds * 1000:.1f}" if line.seconds and line.times == 1 else "",
        )
        for line in lines
    )
    write_table(("#", "Event type", "Answer", "ms"), rows, right=frozenset({"#", "ms"}), wraps=frozenset({"Answer"}))


def show_types(answers: Mapping[tuple[str, int | None], int], controls: Sequence[Outcome]) -> None:
    """One row for each event type and status."""
    found = Counter(answers) + Counter((plain(str(one.event.type)), one.status) for one in controls)
    ordered = sorted(found.items(), key=lambda one: (one[0][0], str(one[0][1] or "")))
    rows = ((event, str(status or "no answer"), str(count)) for (event, status), count in ordered)
    write_table(("Event type", "Answer", "Times"), rows, right=frozenset({"Times"}))


def summary(report: Report) -> str:
    """All of it in one line."""
    told = ", ".join(f"{times} x {status or 'no answer'}" for status, times in report.statuses.most_common())
    return f"{counted_deliveries(report.planned)} to {report.receiver}: {told or 'nothing was sent'}"


def counted_deliveries(count: int) -> str:
    """How many there are, in words."""
    return counted(count, "delivery").replace("deliverys", "deliveries")


def advice(report: Report, *, unsigned: bool) -> Iterator[str]:
    """The next step, where every delivery failed in the same way.

    Of a run with a fault the controls count: they say how the receiver takes what is right.
    """
    from steppay_mock.delivery.explain import in_words
    from steppay_mock.delivery.failure import Failure
    from steppay_mock.delivery.next_step import BROKE, step_for_status

    found = {one.status for one in report.controls} or set(report.statuses)
    failures = {one.failure for one in report.controls} or _codes(report)
    only = found.pop() if len(found) == 1 else 0
    if only is None:
        yield _about_silence(report.receiver, failures)
    elif 200 <= only <= 299 and failures == {Failure.BROKEN}:
        yield f"hint: every answer was {only}, and did not come whole. {BROKE}"
    elif 200 <= only <= 299 and report.success is not None and only not in report.success:
        yield f"hint: every answer was {only}. Only {in_words(report.success)} counts as success: see --success."
    elif (step := step_for_status(only)) is not None:
        yield f"hint: every answer was {only}. {step}"
    elif only == 404:
        yield f"hint: every answer was 404. Is the path right? The webhooks went to {report.receiver}"
    elif only == 405:
        yield f"hint: every answer was 405. Does the receiver accept POST at {report.receiver}?"
    elif only in {401, 403}:
        yield f"hint: every answer was {only}. {_about_refusal(unsigned=unsigned)}"
        yield (
            "hint: is there access control in front of it? Pass --header or --basic-auth. No journal keeps them: "
            "`resume` and `resend` need them again."
        )


def _codes(report: Report) -> set[Failure | None]:
    """The codes of the attempts; None is the one of those whose answer came whole."""
    whole = sum(report.answers.values()) > sum(report.lost.values())
    return {*report.lost, None} if whole else {*report.lost}


def _about_silence(target: str, failures: Collection[Failure | None]) -> str:
    from steppay_mock.delivery.failure import Failure
    from steppay_mock.delivery.next_step import step_without_answer

    if set(failures) == {Failure.TIMED_OUT}:
        return "hint: nothing was answered in time. Let the receiver answer first and work later, or raise --timeout."
    if (step := step_without_answer(failures, door="shell")) is not None:
        return f"hint: no answer came from {target}. {step}"
    return f"hint: nothing could be reached. Is the receiver running at {target}?"


def _about_refusal(*, unsigned: bool) -> str:
    if unsigned:
        return "Rightly so: --unsigned left the signature out. Pass --secret to be let in."
    from steppay_mock.delivery.explain import RAW_BODY

    return f"Is the secret right? The one of --secret or {environment.SECRET} must be the receiver's. {RAW_BODY}"
