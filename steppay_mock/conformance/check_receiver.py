"""``check_receiver``: all checks of a receiver, and the scorecard of them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Unpack

from steppay_mock.conformance.catalogue import CHECKS, NAMES
from steppay_mock.conformance.causes.find import find_findings
from steppay_mock.conformance.check import Check, CheckResult, Judgement, skipped
from steppay_mock.conformance.checked_receiver import CheckedReceiver
from steppay_mock.conformance.control import (
    find_closed,
    find_obstacle,
    stopped_answering,
    unsteady_answers,
    unsteady_state,
)
from steppay_mock.conformance.kinds import Need
from steppay_mock.conformance.options import CheckOptions, CheckSettings, read_check_options
from steppay_mock.conformance.progress import STOPPED, ChecksStoppedError
from steppay_mock.conformance.proofs import prove
from steppay_mock.conformance.reactions import find_reactions
from steppay_mock.conformance.reading_back import told_of_api
from steppay_mock.conformance.repeated import judge_surely, without_passing
from steppay_mock.conformance.scorecard import Scorecard
from steppay_mock.conformance.snippet import framework_of, with_snippets
from steppay_mock.conformance.stories import tell_stories
from steppay_mock.conformance.struck import struck_error, without_secrets
from steppay_mock.errors import SteppayMockError
from steppay_mock.ordering.face import option
from steppay_mock.ordering.failure import ExplorationError
from steppay_mock.ordering.receiver.hosting import beside_loop, in_transaction_of_test
from steppay_mock.wire.real_time import perf_counter
from steppay_mock.wire.redact import Redaction

if TYPE_CHECKING:
    from steppay_mock.conformance.finding import Finding
    from steppay_mock.ordering.receiver.receiver import Receiver

LACKS: dict[Need, str] = {
    "socket": "An app in this process has no socket: serve it, and check its URL.",
    "process": "It runs in another process.",
    "route": "The gateway before the function decides which requests reach it.",
    "stories": "No scenario was delivered.",
    "proofs": "The searches through orders are switched off (quick).",
    "api": "It reads nothing from the REST API.",
    "contents": "It stores what the REST API says, and that says nothing of what this check writes into a webhook.",
}

_UNSTEADY = "It answers unlike to equal requests, so that no two orders can be compared."


def check_receiver(receiver: Receiver, **options: Unpack[CheckOptions]) -> Scorecard:
    """Check the receiver in every respect, and give the scorecard: what is wrong, the dearest first, and the cure.

    ``receiver`` is a URL, a WSGI or ASGI app, a Lambda app, or a function that makes a new app. The options are those
    of :class:`~steppay_mock.conformance.options.CheckOptions`. Without ``state`` it checks what answers can tell.

    What is wrong with the receiver is in the card: ``card.assert_ok()`` raises it. Misuse raises a SteppayMockError.
    """
    settings = read_check_options(options, known=NAMES)
    redact = Redaction(settings.probing.delivery.hidden)
    try:
        return in_transaction_of_test(lambda: _check(receiver, settings, redact))
    except SteppayMockError as error:
        struck = struck_error(error, redact)
    raise struck  # here, and not above: the error as it was must not be its context


async def check_receiver_async(receiver: Receiver, **options: Unpack[CheckOptions]) -> Scorecard:
    """The result of :func:`check_receiver`, from within a running event loop, in which the app and the probes run."""
    return await beside_loop(lambda: check_receiver(receiver, **options))


def _check(receiver: Receiver, settings: CheckSettings, redact: Redaction) -> Scorecard:
    began = perf_counter()
    wanted = [one for one in CHECKS if settings.wants(one.family, one.name)]
    with CheckedReceiver(receiver, settings) as at:
        at.total = len(wanted)
        obstacle = closed = None
        with suppress(ChecksStoppedError):
            obstacle = find_obstacle(at, find_reactions(at))
        lacks = _lacks(at, settings)
        results = _results(at, wanted, lacks, obstacle)
        if obstacle is None and not at.is_gone:
            with suppress(ChecksStoppedError):
                if "reset" not in lacks and any(map(_comes_last, wanted)):
                    at.stories = at.stories or tell_stories(at)
                closed = find_closed(at)
        framework = framework_of(at)
    if at.unlike:
        lacks["proofs"] = _UNSTEADY
    can_prove = obstacle is None and closed is None and not at.is_gone and not {"proofs", "reset"} & lacks.keys()
    if can_prove and not at.is_stopped and any("proofs" in one.needs for one in wanted):
        types = at.reacts or at.reacts_in_stories
        at.proofs = prove(receiver, settings, types, stories=at.stories, tell=at.tell_of_search)
    results += [_result(at, one, lacks, obstacle) for one in wanted if _comes_last(one)]
    results = without_passing(at, results)
    findings = _findings(at, results, closed) if obstacle is None else (obstacle,)
    checks, findings = without_secrets(results, findings, redact)
    return Scorecard(
        receiver=at.target,
        findings=with_snippets(findings, framework),
        checks=checks,
        deliveries=len(at.traces) + at.proofs.deliveries,
        elapsed=perf_counter() - began,
        seed=settings.seed,
        scenarios=tuple(one.name for one in at.proofs.found),
        is_reached=any(trace.answer.status is not None for trace in at.traces),
        interrupted_after=at.done if at.is_stopped else None,
    )


def _findings(at: CheckedReceiver, results: Sequence[CheckResult], closed: Finding | None) -> tuple[Finding, ...]:
    """What the checks found, with what makes them doubtful before it, and what is said of a REST API behind it."""
    of_control = (
        stopped_answering(at) if at.is_gone else None,
        closed,
        unsteady_answers(at) if at.unlike else None,
        unsteady_state(at) if at.unsteady else None,
    )
    return tuple(one for one in (*of_control, *find_findings(results), told_of_api(at)) if one is not None)


def _results(
    at: CheckedReceiver, wanted: Sequence[Check], lacks: dict[Need, str], obstacle: Finding | None
) -> list[CheckResult]:
    return [_result(at, one, lacks, obstacle) for one in wanted if not _comes_last(one)]


def _result(at: CheckedReceiver, check: Check, lacks: dict[Need, str], obstacle: Finding | None) -> CheckResult:
    result = CheckResult(check=check, judgement=_judge(at, check, lacks, obstacle))
    at.done += not at.is_stopped
    return result


def _judge(at: CheckedReceiver, check: Check, lacks: dict[Need, str], obstacle: Finding | None) -> Judgement:
    if obstacle is not None:
        return skipped(f"Nothing can be told while this stands: {obstacle.summary}")
    if at.is_gone:
        return skipped("It has stopped answering.")
    if at.is_stopped:
        return _so_far(at, check)
    lacking = next((lacks[need] for need in check.needs if need in lacks), None)
    return skipped(lacking) if lacking is not None else _run(at, check)


def _run(at: CheckedReceiver, check: Check) -> Judgement:
    try:
        return judge_surely(at, check)
    except ChecksStoppedError:
        return skipped(STOPPED)
    except ExplorationError as error:
        if not at.has_lost(error):
            raise
        return skipped("Its state does not answer any more.")


def _so_far(at: CheckedReceiver, check: Check) -> Judgement:
    """What the searches had found when the checks were interrupted; of other checks nothing is known."""
    found = check.run(at) if _comes_last(check) and at.proofs.found else None
    return found if found is not None and found.outcome == "failed" else skipped(STOPPED)


def _lacks(at: CheckedReceiver, settings: CheckSettings) -> dict[Need, str]:
    """What is not there for the checks, each with the reason."""
    has: dict[Need, bool] = {
        "secret": at.is_signed,
        "state": at.has_state,
        "reset": at.can_reset,
        "socket": at.is_elsewhere,
        "process": at.is_in_process,
        "route": at.has_route,
        "stories": True,
        "proofs": not settings.quick,
        "api": at.reads_back,
        "contents": not at.reads_back,
    }
    told = LACKS | _lacking_options(at)
    lacks = {need: told[need] for need, there in has.items() if not there}
    if at.unsteady:
        lacks["reset"] = (
            "The same delivery to an empty receiver ended differently the second time. Name what always changes with "
            f"{option('ignore')}: {'; '.join(at.unsteady)}"
        )
    return lacks


def _lacking_options(at: CheckedReceiver) -> dict[Need, str]:
    """The reasons that name what the caller may give, as they type it: what is there already is not asked for."""
    missing = option("reset" if at.has_state else "state")
    return {
        "secret": f"The deliveries are not signed: give {option('secret')}.",
        "state": f"Its state cannot be looked at: give {option('state')}.",
        "reset": f"It has to look at the state and put it back: give {missing} too."
        if at.has_state or at.has_reset
        else f"It has to look at the state and put it back: give {option('state')} and {option('reset')}.",
    }


def _comes_last(check: Check) -> bool:
    """Whether it looks at the stories and the searches, which are made after all else."""
    return not {"stories", "proofs"}.isdisjoint(check.needs)
