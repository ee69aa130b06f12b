"""Checks of a receiver that reads back: where the REST API does not answer, no webhook is lost and no row changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from steppay_mock.conformance.alike import changes, without_bodies
from steppay_mock.conformance.check import PASSED, Check, Judgement, failed, skipped
from steppay_mock.conformance.judging import control_of
from steppay_mock.delivery.faults import find_fault
from steppay_mock.ordering.state.json_path import leaves
from steppay_mock.ordering.state.normal import plain
from steppay_mock.rest.rules import ApiRule, Fail, SlowDown

if TYPE_CHECKING:
    from collections.abc import Callable

    from steppay_mock.conformance.checked_receiver import CheckedReceiver
    from steppay_mock.conformance.kinds import Harm, Need, Severity
    from steppay_mock.conformance.trace import Trace
    from steppay_mock.payload.event import Event

    Run = Callable[[CheckedReceiver], Judgement]

_PATIENCE = 1.0  # seconds for a receiver that answers first, and asks the API again later
_SLOW = 1.0
_WRITTEN = 2  # values of the webhook in the state that say that it was written: the mark of a copy may have one
_STORIES = (
    "refund-in-full",
    "subscription-cancelled-now",
    "subscription-pause-undone",
    "virtual-account-deposit",
    "customer-registers-and-leaves",
    "invoice-payment-fails-then-succeeds",
)
_GONE = ("customer.deleted", "invoice.deleted", "product.deleted", "product.price.deleted")
_NOT_READ = (
    "Answer 503 where the API gave no 200 and no 404, or keep the webhook and read again later. After a 2xx nobody "
    "sends it again; a failed delivery shows in the portal, and a manager can resend it (facts 22 and 23)."
)


def _error(status: int) -> Fail:
    return Fail(match="*", status=status, retry_after=1 if status == 429 else None)


def _loses_nothing(rule: ApiRule, *, what: str) -> Run:
    """Whether a webhook is refused, or taken in the end, while the API misbehaves by the rule."""

    def run(at: CheckedReceiver) -> Judgement:
        event = _read_event(at)
        if isinstance(event, Judgement):
            return event
        right = at.look()
        at.begin()
        before = at.look()
        trace = _deliver_while(at, event, rule, what=what)
        if not at.accepts(trace, event):
            return control_of(at, event) or PASSED
        if at.look() == right:
            return PASSED
        at.wait(_PATIENCE)
        end = at.look()
        told = changes(at.state(right).state, at.state(end).state)
        if not told:
            return PASSED
        is_written = len(_values_of(at, event, end) - _values_of(at, event, before)) >= _WRITTEN
        status = trace.answer.status
        if is_written:
            why = f"While {what}, it answers {status} to {event.type}, and writes what the webhook says."
        else:
            why = f"While {what}, it answers {status} to {event.type}, and the event is lost."
        return failed(why, trace, changes=told, tags=("unread", *["written"] * is_written))

    return run


def _values_of(at: CheckedReceiver, event: Event, number: int) -> set[str]:
    """What the state of that number has of the event's object, as texts; bodies that are kept do not count."""
    state = without_bodies(plain(at.state(number).state), (event.data,))
    sent = {str(value) for _, value in leaves("$", event.data) if value is not None}
    return sent & {str(value) for _, value in leaves("$", state, keys=True)}


def _keeps_its_rows(at: CheckedReceiver) -> Judgement:
    """Whether what was stored stays, while the API refuses the calls about it."""
    event = _read_event(at)
    if isinstance(event, Judgement):
        return event
    right = _after_a_copy(at, event)
    at.begin()
    at.deliver(event)
    what = "the API answers 403"
    trace = _deliver_while(at, event, _error(403), what=what)
    told = changes(at.state(right).state, at.state(at.look()).state)
    if not told:
        return PASSED
    return failed(
        f"While {what}, a webhook changes what was stored of its thing.", trace, changes=told, tags=("unread",)
    )


def _takes_it_again(at: CheckedReceiver) -> Judgement:
    event = _read_event(at)
    if isinstance(event, Judgement):
        return event
    right = _after_a_copy(at, event)
    at.begin()
    _deliver_while(at, event, _error(500), what="the API answers 500")
    trace = at.deliver(event, later=2, what=f"{event.type} again, when the API answers again")
    told = changes(at.state(right).state, at.state(at.look()).state)
    if at.accepts(trace, event) and not told:
        return PASSED
    return failed(
        f"After the API failed, {event.type} is sent again when the API answers, and it is not taken: {trace.told()}.",
        trace,
        changes=told,
    )


def _replaces_its_rows(at: CheckedReceiver) -> Judgement:
    """Whether stories end the same if the API says at the first webhook about a thing what it says at the last."""
    changed = False
    for name in _STORIES:
        at.begin()
        before = at.look()
        _tell(at, name, latest=True)
        right = at.look()
        at.begin()
        trace = _tell(at, name, latest=False)
        changed = changed or right != before or at.look() != before
        told = changes(at.state(right).state, at.state(at.look()).state)
        if told:
            return failed(
                f"After all webhooks of {name} its state is not what the API says, but has older answers in it.",
                trace,
                changes=told,
            )
    return PASSED if changed else skipped("None of the stories changes its state.")


def _tell(at: CheckedReceiver, name: str, *, latest: bool) -> Trace | None:
    """Deliver the webhooks of a story, and give the last delivery."""
    traces = [at.deliver(event) for event in at.hints(name, latest=latest)]
    return traces[-1] if traces else None


def _takes_what_is_gone(at: CheckedReceiver) -> Judgement:
    """Whether the events of deletion are accepted, for whose things the API answers 404."""
    asked = False
    for event_type in _GONE:
        if at.settings.types is not None and event_type not in at.settings.types:
            continue
        event = at.event(event_type)
        at.begin()
        before = len(at.api_calls)
        trace = at.deliver(event)
        at.look()
        statuses = {call.status for call in at.api_calls[before:]}
        asked = asked or 404 in statuses
        if 404 in statuses and not at.accepts(trace, event):
            if (no_verdict := control_of(at, at.event())) is not None:
                return no_verdict
            return failed(
                f"For {event_type} the API answers 404, and it refuses the webhook: {trace.told()}.",
                trace,
                tags=("gone",),
            )
    return PASSED if asked else skipped("It asks the API about nothing that is deleted.")


def _asks_for_no_forgery(at: CheckedReceiver) -> Judgement:
    event = _read_event(at)
    if isinstance(event, Judgement):
        return event
    before = len(at.api_calls)
    what = f"{event.type}, signed with another secret"
    trace = at.send(find_fault("wrong-secret").apply(at.draft(event)), what)
    if at.accepts(trace, event):
        return skipped("It takes forged webhooks.", trace)
    if len(at.api_calls) == before:
        return PASSED
    return failed("It calls the API for a forged webhook, and refuses that only then.", trace)


def _read_event(at: CheckedReceiver) -> Event | Judgement:
    """An event that was just delivered, that made it call the API, and that changed the state if that is seen."""
    for event_type in at.reacts or at.reacts_in_stories or at.accepted:
        event = at.event(event_type)
        at.begin()
        before, calls = at.look(), len(at.api_calls)
        trace = at.deliver(event)
        changed = at.look() != before or not at.has_state
        if at.accepts(trace, event) and changed and len(at.api_calls) > calls:
            return event
    return skipped("No webhook alone makes it read from the API and change its state.")


def _after_a_copy(at: CheckedReceiver, event: Event) -> int:
    """The state after the event that was just delivered comes again: as many deliveries as in what is compared."""
    at.deliver(event, later=1)
    return at.look()


def _deliver_while(at: CheckedReceiver, event: Event, rule: ApiRule, *, what: str) -> Trace:
    assert at.api is not None  # noqa: S101 - these checks need it
    with at.api.misbehaving(rule):
        return at.deliver(event, later=1, what=f"{event.type} while {what}")


def _check(
    name: str,
    asks: str,
    run: Run,
    *,
    severity: Severity = "should",
    harm: Harm = "lost",
    cure: str = _NOT_READ,
    facts: tuple[int, ...] = (22, 23, 27),
    needs: tuple[Need, ...] = ("api", "reset"),
) -> Check:
    return Check(
        name=name,
        family="read-back",
        severity=severity,
        harm=harm,
        asks=asks,
        cure=cure,
        facts=facts,
        needs=needs,
        run=run,
    )


CHECKS = (
    _check(
        "api-fails",
        "A webhook that comes while the API answers 500 is refused, or taken later.",
        _loses_nothing(_error(500), what="the API answers 500"),
    ),
    _check(
        "token-refused",
        "A webhook that comes while the API answers 403 is refused, or taken later.",
        _loses_nothing(_error(403), what="the API answers 403"),
        severity="must",
        facts=(22, 23, 27, 37),
    ),
    _check(
        "rate-limited",
        "A webhook that comes while the API answers 429 is refused, or taken later.",
        _loses_nothing(_error(429), what="the API answers 429"),
        severity="assumed",
    ),
    _check(
        "api-slow",
        f"A webhook that comes while the API needs {_SLOW:g} s is taken or refused.",
        _loses_nothing(SlowDown(match="*", seconds=_SLOW), what=f"the API needs {_SLOW:g} s"),
    ),
    _check(
        "rows-stay",
        "While the API answers 403, no row changes.",
        _keeps_its_rows,
        severity="must",
        harm="access",
        cure="Delete a row only where the API answers 404, and write one only where it answers 200: a 403 says that "
        "the token is wrong, and nothing of the thing.",
        facts=(27, 37),
    ),
    _check(
        "sent-again",
        "A webhook that is sent again after the API failed is taken.",
        _takes_it_again,
        severity="must",
        cure="Remember a body as taken only after the API was read and the row is written, in the same transaction.",
        facts=(22, 27),
    ),
    _check(
        "replaces-rows",
        "After later webhooks nothing is stored that the API said before and says no more.",
        _replaces_its_rows,
        severity="must",
        harm="access",
        cure="Read at each webhook, also about what is stored already, and write the whole row: to merge keeps values "
        "that have become null.",
        facts=(5, 27),
    ),
    _check(
        "gone",
        "An event about a thing for which the API answers 404 is accepted.",
        _takes_what_is_gone,
        cure="Take 404 as the answer that the thing is gone: delete its row, and answer 2xx.",
        facts=(27,),
        needs=("api",),
    ),
    _check(
        "verifies-first",
        "A forged webhook makes it call no API.",
        _asks_for_no_forgery,
        harm="untidy",
        cure="Verify before you call the API: else anybody can make you spend calls.",
        facts=(18, 27),
        needs=("api", "secret"),
    ),
)
"""The checks of this family."""
