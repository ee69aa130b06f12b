"""What is told of a run at its end: a line for each delivery or type, a summary, an outcome, and the next step."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest

from steppay_mock import make_event
from steppay_mock.cli.exit_codes import ELSEWHERE, INTERRUPTED, UNPLANNED, UNREACHED, WRONG
from steppay_mock.cli.show.report import advice, count_of, lines_of, show_lines, show_types, summary
from steppay_mock.cli.show.report_files import ReportLine
from steppay_mock.cli.show.resumed_runs import RunState, exit_code, outcome_of, states_of, words_about, worst
from steppay_mock.delivery.failure import Failure
from steppay_mock.delivery.journal.reading import RunCounts
from steppay_mock.delivery.outcome import Outcome
from steppay_mock.delivery.report import Report, TypeCounts


def outcome(status: int | None, **also: Any) -> Outcome:
    given: dict[str, Any] = {"position": 0, "latency": 0.0015, "receiver": "shop", **also}
    return Outcome(event=make_event("order.created", seed=7), status=status, **given)


def report(*statuses: int | None, lost: dict[Failure, int] | None = None, **also: Any) -> Report:
    """A report of one attempt for each status."""
    given: dict[str, Any] = dict.fromkeys(("succeeded", "failed", "undecided", "retried", "perhaps_again"), 0)
    given |= {"order": "occurrence", "seed": 7, "left_out": {}, "stopped": False, "elapsed": 1.0, "reordered": False}
    given |= {"failures": (), "controls": (), "kept": (), "types": {}, "planned": len(statuses), "receiver": "shop"}
    answers = Counter({("order.created", one): statuses.count(one) for one in statuses})
    return Report(**{**given, "answers": answers, "lost": Counter(lost or {}), **also})


def hints(found: Report, *, unsigned: bool = False) -> list[str]:
    return [line.removeprefix("hint: ") for line in advice(found, unsigned=unsigned)]


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (report(404, 404), "every answer was 404. Is the path right? The webhooks went to shop"),
        (report(405), "every answer was 405. Does the receiver accept POST at shop?"),
        (report(413), "every answer was 413. The receiver, or a proxy before it, takes no body of this size."),
        (report(301), "every answer was 301. A redirect is not followed:"),
        (report(200, lost={Failure.BROKEN: 1}), "every answer was 200, and did not come whole. Correct the receiver"),
        (report(299, lost={Failure.BROKEN: 1}), "every answer was 299, and did not come whole."),
        (report(200, success=frozenset({202})), "every answer was 200. Only 202 counts as success: see --success."),
        (report(299, success=frozenset({202})), "every answer was 299. Only 202 counts as success"),
        (report(None, lost={Failure.TIMED_OUT: 1}), "nothing was answered in time."),
        (report(None, lost={Failure.REFUSED: 1}), "nothing could be reached. Is the receiver running at shop?"),
        (report(None, lost={Failure.BROKEN: 1}), "no answer came from shop. Something listens there"),
        (report(None, None, lost={Failure.TIMED_OUT: 1, Failure.REFUSED: 1}), "nothing could be reached."),
        (report(401, controls=(outcome(404),)), "every answer was 404."),
        (report(None, controls=(outcome(None, failure=Failure.TIMED_OUT),)), "nothing was answered in time."),
    ],
    ids=lambda value: value[:50] if isinstance(value, str) else "",
)
def test_what_every_answer_has_in_common_leads_to_a_step(found: Report, told: str) -> None:
    (hint,) = hints(found)
    assert hint.startswith(told)


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_leads_to_the_secret_and_to_the_door(status: int) -> None:
    secret, door = hints(report(status))
    assert secret.startswith(f"every answer was {status}. Is the secret right?")
    assert door.startswith("is there access control in front of it? Pass --header or --basic-auth.")
    assert hints(report(status), unsigned=True)[0].startswith(f"every answer was {status}. Rightly so: --unsigned")


@pytest.mark.parametrize(
    "found",
    [
        report(404, 405),
        report(500),
        report(400),
        report(406),
        report(199, success=frozenset({200})),
        report(200),
        report(200, success=frozenset({200})),
        report(200, 200, lost={Failure.BROKEN: 1}),
        report(404, controls=(outcome(204),)),
        report(),
    ],
)
def test_where_nothing_is_in_common_there_is_no_hint(found: Report) -> None:
    assert hints(found) == []


def test_a_summary_counts_attempts_by_status_the_most_first() -> None:
    assert summary(report(204, 500, 500, None)) == "4 deliveries to shop: 2 x 500, 1 x 204, 1 x no answer"
    assert summary(report(204)) == "1 delivery to shop: 1 x 204"
    assert summary(report()) == "0 deliveries to shop: nothing was sent"


def test_a_report_has_a_line_for_each_outcome_and_control() -> None:
    kept = (outcome(204, position=4, again="retry"), outcome(None, error="refused", id=9), outcome(500))
    found = report(204, None, 500, kept=kept, controls=(outcome(404, position=7, id=3),))
    assert count_of(found) == 4
    assert [(one.number, one.event, one.state, one.answer) for one in lines_of(found)] == [
        (5, "order.created, again", "SUCCESS", "204"),
        (9, "order.created", "FAIL", kept[1].answer),
        (1, "order.created", "FAIL", kept[2].answer),
        (3, "order.created, without the fault", "FAIL", "404"),
    ]


@pytest.mark.parametrize("kept", [(), None])
def test_what_is_not_kept_has_a_line_for_each_type_and_state(kept: Any) -> None:
    counts = TypeCounts(planned=9, succeeded=4, failed=3, seconds=2.5, first_failure=outcome(500, body=b"boom"))
    bare = TypeCounts(planned=1, failed=1)
    found = report(204, kept=kept, types={("shop", "order.created"): counts, ("mail", "cover.paused"): bare})
    told = [(one.receiver, one.event, one.state, one.times, one.answer, one.seconds) for one in lines_of(found)]
    pending = ("shop", "order.created", "PENDING", 2, "no outcome yet", 0.0)
    assert told == [
        pending,
        *(
            ()
            if kept is not None
            else (
                ("shop", "order.created", "SUCCESS", 4, "2xx", 2.5),
                ("shop", "order.created", "FAIL", 3, "500, boom", 0.0),
                ("mail", "cover.paused", "FAIL", 1, "no verdict", 0.0),
            )
        ),
    ]


def rows(text: str) -> list[list[str]]:
    return [re.split(r" {2,}", line.strip()) for line in text.splitlines()]


def test_a_table_shows_milliseconds_of_one_and_the_count_of_several(capsysbinary: Any) -> None:
    one: dict[str, Any] = {"event": "e", "state": "FAIL", "answer": "500", "receiver": "shop"}
    lines = [
        ReportLine(number=3, seconds=1.2345, **one),
        ReportLine(number=None, seconds=0.5, times=2, **one),
        ReportLine(number=4, seconds=None, **one),
        ReportLine(number=5, seconds=0.0, **one),
    ]
    show_lines(lines)
    assert rows(capsysbinary.readouterr().out.decode())[1:] == [
        ["3", "e", "500", "1234.5"],
        ["e", "2 x 500"],
        ["4", "e", "500"],
        ["5", "e", "500"],
    ]


def test_types_are_shown_by_name_and_status(capsysbinary: Any) -> None:
    show_types({("b", 500): 1, ("a", 204): 2, ("b", None): 3, ("b", 204): 4}, [outcome(204), outcome(204)])
    assert rows(capsysbinary.readouterr().out.decode()) == [
        ["Event type", "Answer", "Times"],
        ["a", "204", "2"],
        ["b", "no answer", "3"],
        ["b", "204", "4"],
        ["b", "500", "1"],
        ["order.created, without the fault", "204", "2"],
    ]


CODES = {
    "stopped": INTERRUPTED,
    "failed": WRONG,
    "unreached": UNREACHED,
    "never-planned": UNPLANNED,
    "still-sending": ELSEWHERE,
    "complete": 0,
}


def test_of_several_outcomes_the_worst_counts() -> None:
    order: list[Any] = list(CODES)
    assert {one: exit_code(one) for one in order} == CODES
    for place, one in enumerate(order):
        assert worst(reversed(order[place:])) == one


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([report(204, succeeded=1)], "complete"),
        ([report(204, succeeded=1), report(500, failed=1)], "failed"),
        ([report(204, succeeded=1), report(204, succeeded=1, stopped=True)], "stopped"),
        ([report(None, failed=1)], "unreached"),
        ([report(None, failed=1), report(204, succeeded=1)], "failed"),
        ([report(None, failed=1, controls=(outcome(204),))], "failed"),
        ([report(None, failed=1, controls=(outcome(None),))], "unreached"),
        ([], "complete"),
    ],
)
def test_the_outcome_of_runs_is_that_of_their_reports(found: list[Report], expected: str) -> None:
    assert outcome_of(found) == expected


def test_runs_that_were_not_resumed_have_a_state() -> None:
    counts = [
        RunCounts(run=run, planned=4, succeeded=ok, failed=bad, ended=ended)
        for run, ok, bad, ended in (
            (1, 4, 0, True),
            (2, 3, 1, True),
            (3, 1, 1, False),
            (4, 4, 0, True),
            (5, 2, 1, True),
        )
    ]
    for stopped in (False, True):
        found = list(states_of(counts, never_planned=[9], resumed=[4], stopped=stopped))
        third = "stopped" if stopped else "still-sending"
        assert [(one.run, one.outcome) for one in found] == [
            *((9, "never-planned"), (1, "complete"), (2, "failed"), (3, third), (5, "failed")),
        ]
        assert [(one.planned, one.succeeded, one.failed, one.pending) for one in found[1:4]] == [
            *((4, 4, 0, 0), (4, 3, 1, 0), (4, 1, 1, 2)),
        ]
    assert list(words_about(found, journal="a b")) == [
        "run 2 ended in failure: 1 of 4 failed; resume sends none of them again",
        "run 3 was not begun",
        "run 5 ended in failure: 1 of 4 failed, 1 have no outcome that is known; resume sends none of them again",
        "what failed: steppay-mock log --journal 'a b' --state FAIL",
        "deliver it again: steppay-mock resend --journal 'a b' ID...",
    ]
    assert list(words_about([RunState(run=1, outcome="still-sending")], journal="j")) == [
        "run 1 is being sent by another process, and was not resumed"
    ]
    assert str(RunState(run=1, outcome="complete", planned=3)) == "run 1 is complete: all 3 deliveries arrived"
