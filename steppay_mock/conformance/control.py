"""Decides whether there is a receiver to be checked: it accepts a right webhook, and does not accept just anything.

A dead endpoint, a wall of 404, 401 or 200 and a receiver in maintenance are one finding each. No check is made behind
them, so none can pass.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from steppay_mock.conformance.finding import CONTROL, Finding, control_finding
from steppay_mock.conformance.mistaken_forms import MistakenForm, event_forms, signature_forms
from steppay_mock.conformance.mistaken_keys import with_signs
from steppay_mock.conformance.proofs import CANDIDATES
from steppay_mock.conformance.reading_back import cannot_read_back, fails, perhaps_it_reads_back
from steppay_mock.conformance.stories import tell_stories
from steppay_mock.delivery.failure import Failure
from steppay_mock.delivery.in_process.frameworks import refusal_of
from steppay_mock.delivery.request import Request
from steppay_mock.ordering.face import option
from steppay_mock.ordering.report.causes import causes
from steppay_mock.ordering.state.normal import plain

if TYPE_CHECKING:
    from steppay_mock.conformance.checked_receiver import CheckedReceiver
    from steppay_mock.conformance.reactions import Reactions
    from steppay_mock.conformance.trace import Trace
    from steppay_mock.payload.event import Event

_PATIENCE = 1.0  # seconds for work that goes on after an answer
_TRIES = 3  # webhooks after which the state may go on changing
_LAST = 3  # right webhooks in the end, of which one has to be accepted
_NONSENSE = b"no webhook at all"
_WALLS = {
    404: ("wrong-path", "It answers 404 to every webhook: no route is at this path."),
    405: ("wrong-path", "It answers 405 to every webhook: the route does not take POST, or is another one."),
    503: ("in-maintenance", "It answers 503 to every webhook: it is in maintenance, or not yet up."),
    502: ("behind-a-proxy", "A proxy answers 502 to every webhook: the receiver behind it does not answer."),
    504: ("behind-a-proxy", "A proxy answers 504 to every webhook: the receiver behind it does not answer."),
    429: ("rate-limited", "It answers 429 to every webhook: a limit of requests stands before it."),
}
_NOT_VERIFIED = frozenset({400, 401, 403, 422})


def find_obstacle(at: CheckedReceiver, reactions: Reactions) -> Finding | None:
    """The finding that makes all checks meaningless; None if the receiver can be checked."""
    if not reactions.accepted:
        return _closed(at, reactions)
    if at.is_signed and (found := _misread(at, reactions)) is not None:
        return found
    if at.has_state and not at.reacts:
        return _idle(at, reactions)
    if at.reacts and (late := _goes_on(at)) is not None:
        return late
    if not at.has_state and (trace := _takes_anything(at)) is not None:
        return control_finding(
            "takes-anything",
            f"It answers {trace.answer.status} to a text that is no webhook, unsigned: it verifies nothing, or what "
            "answers here is not the receiver. Its answers tell nothing, so nothing else was checked.",
            "Verify the signature before anything else, and answer 401 if it is wrong (fact 18). If it answers 2xx to "
            "everything on purpose, let the checks look at its rows: give its state.",
            trace,
            harm="money",
            facts=(18,),
        )
    return None


def stopped_answering(at: CheckedReceiver) -> Finding:
    """The finding where it answered at first, and then no more: what it did last is the request."""
    last = next((trace for trace in reversed(at.traces) if trace.answer.status is not None), at.traces[0])
    first = at.traces[at.traces.index(last) + 1] if last is not at.traces[-1] else last
    return control_finding(
        "stopped-answering",
        f"It stopped answering at {first.what}: {first.told()}. The checks after that were not made.",
        "Read its log at this request: its process may have ended, or may be busy for ever.",
        first,
    )


def find_closed(at: CheckedReceiver) -> Finding | None:
    """The finding where right webhooks were accepted at first, and in the end none; None if one is accepted still."""
    trace = None
    for _ in range(_LAST if at.accepted else 0):
        at.begin()
        event = at.event()
        trace = at.deliver(event)
        if at.accepts(trace, event):
            return None
    if trace is None:
        return None
    return control_finding(
        "stopped-accepting",
        f"It accepted right webhooks at first, and none any more in the end: {trace.told()}. Findings "
        "beside this one may be wrong.",
        "Read its log: a limit of requests, a maintenance or a full disk may have begun amid the checks.",
        trace,
    )


def unsteady_state(at: CheckedReceiver) -> Finding:
    """The finding where two equal deliveries, each to an empty receiver, ended differently: nothing can be compared."""
    return Finding(
        family=CONTROL,
        check="unsteady-state",
        severity="must",
        harm="wrong",
        summary="The same event, delivered twice to an empty receiver, ended differently the second time. So no two "
        "states could be compared, and most checks could not tell.",
        cure=f"Name what always changes with {option('ignore')}, such as received_at or an id of a sequence. If "
        "nothing should, let the reset put back everything: caches, sequences, files.",
        trace=at.traces[-1],
        changes=at.unsteady,
    )


def unsteady_answers(at: CheckedReceiver) -> Finding:
    """The finding where equal requests were answered unlike: a check that failed once alone has no verdict."""
    shown = min(at.unlike, key=lambda one: not one.is_right)
    more = f" This was seen {len(at.unlike)} times." if len(at.unlike) > 1 else ""
    return Finding(
        family=CONTROL,
        check="unsteady-answers",
        severity="must" if shown.is_right else "should",
        harm="lost",
        summary=f"It answers unlike to equal requests. {shown.told}{more}",
        cure="Read its log at this request: a limit of requests, a lock of the database or a proxy answers now and "
        "then. StepPay documents no retries (fact 23), so what is refused for a moment is lost. Check it again where "
        "nothing else loads it: the checks that failed once alone could not tell.",
        facts=(23,),
        trace=shown.trace,
    )


def _closed(at: CheckedReceiver, reactions: Reactions) -> Finding:
    """The finding where no right webhook is accepted."""
    trace = reactions.all[0].trace
    status = trace.answer.status
    if fails(trace) and (found := cannot_read_back(at, reactions)) is not None:
        return found
    likely = " ".join(causes([one.observed for one in reactions.all], signed=at.is_signed)[:3])
    if fails(trace) or trace.answer.failure is Failure.TIMED_OUT:
        likely = f"{likely} {perhaps_it_reads_back(at)}".strip()
    if status is None:
        return _unanswered(trace, likely)
    if (wall := _wall(trace, status)) is not None:
        name, summary = wall
        return control_finding(name, summary, likely or "Let the receiver answer here, and check it again.", trace)
    if status in _NOT_VERIFIED or (status >= 500 and at.is_signed):
        forms = [*(signature_forms() if at.is_signed else ()), *event_forms()]
        if (found := _expected_form(at, forms)) is not None:
            return found
    if status in {401, 403} or (status == 400 and not at.is_signed):
        return _not_let_in(at, trace, likely)
    verb = "fails on" if status >= 500 else "refuses"
    summary = f"It {verb} every webhook: {trace.told()}."
    return control_finding("refuses-everything", summary, likely or "Read its log at the first webhook.", trace)


def _wall(trace: Trace, status: int) -> tuple[str, str] | None:
    """The name and the sentence where something before the receiver answers; None if it may be the receiver."""
    if (refusal := refusal_of(status, trace.answer.body)) is not None:
        return f"refused-by-framework-{refusal}", f"The framework refuses every webhook: {trace.told()}."
    if 300 <= status <= 399:
        return "redirected", f"It redirects every webhook ({status}), and no redirect is followed."
    return _WALLS.get(status)


def _unanswered(trace: Trace, likely: str) -> Finding:
    late = trace.answer.failure is Failure.TIMED_OUT
    return control_finding(
        "no-answer-in-time" if late else "no-answer",
        f"It does not answer: {trace.answer.error}.",
        likely or ("Let it answer first and work later." if late else "Start the receiver, or correct its address."),
        trace,
    )


def _not_let_in(at: CheckedReceiver, trace: Trace, likely: str) -> Finding:
    if not at.is_signed:
        return control_finding(
            "wants-a-signature",
            f"It refuses every webhook ({trace.told()}), and they were not signed.",
            likely or "Give the receiver's secret.",
            trace,
        )
    return control_finding(
        "refuses-right-signatures",
        f"It refuses every webhook, though each is signed rightly with the given secret: {trace.told()}.",
        likely
        or "Compare the secret with that of the portal. Then log the header as it is read, and the text that is "
        "signed: a header that is looked up with capitals, and a key that is cut at its =, are refused always.",
        trace,
        facts=(18,),
    )


def _idle(at: CheckedReceiver, reactions: Reactions) -> Finding | None:
    """The finding where webhooks are accepted, and none changes the state; None if whole stories do."""
    found = _expected_form(at, list(event_forms())) or cannot_read_back(at, reactions) or _works_late(at)
    if found is not None:
        return found
    if (types := _moved_by_stories(at)) is not None:
        at.reacts_in_stories = types
        return None
    return _unmoved(at, reactions)


def _unmoved(at: CheckedReceiver, reactions: Reactions) -> Finding:
    """The finding where nothing at all changes the state."""
    trace = next(one.trace for one in reactions.all if one.accepted)
    is_empty = not plain(at.state(at.look()).state)
    if (anything := _takes_anything(at)) is not None:
        return control_finding(
            "takes-anything",
            f"It answers {anything.answer.status} to everything, also to a text that is no webhook, and nothing "
            "changes its state: what answers here is not the receiver, or the state is that of another one.",
            "Give the URL of the receiver, and the state of this receiver.",
            anything,
        )
    if is_empty:
        return control_finding(
            "shows-nothing",
            "It accepts webhooks, and its state is empty before and after each of them. Either the state is not that "
            "of this receiver, or it stores nothing.",
            f"Let {option('state')} return the rows that this receiver writes: look at its database, its schema and "
            f"its transaction. A state that is always empty tells nothing. {perhaps_it_reads_back(at)}".rstrip(),
            trace,
        )
    return control_finding(
        "does-nothing",
        "It accepts webhooks, and none of them changes the state, each delivered alone to an empty receiver.",
        " ".join(
            (
                *causes([one.observed for one in reactions.all if one.accepted], signed=at.is_signed),
                perhaps_it_reads_back(at),
            )
        ).strip(),
        trace,
    )


def _works_late(at: CheckedReceiver) -> Finding | None:
    """The finding where the state changes some time after the answers; None if it does not."""
    at.begin()
    before = at.look()
    traces = [at.deliver(at.event(event_type)) for event_type in at.accepted]
    at.wait(_PATIENCE)
    if at.look() == before or (at.can_reset and not any(_works_later(at, name) for name in at.accepted)):
        return None  # the second case: several together change it, and none alone
    return _late(traces[0])


def _goes_on(at: CheckedReceiver) -> Finding | None:
    """The finding where the state changes at once and then again without a delivery; None if it does not, or may."""
    if at.settings.probing.settle is not None or not at.can_reset:
        return None
    for _ in range(_TRIES):
        at.wait(_PATIENCE / 20)  # for the work of what came before
        at.begin()
        if at.changes_by_itself(_PATIENCE / 20):
            return None
        trace = at.deliver(at.event())
        if at.changes_by_itself(_PATIENCE / 20):
            return _late(trace)
    return None


def _late(trace: Trace) -> Finding:
    return control_finding(
        "works-after-its-answer",
        f"It accepts webhooks, and its state changes only some time after its answer: within {_PATIENCE:g} s.",
        f"That is right, if the work is not lost when the process ends. Let the checks wait for it: "
        f"{option('settle', value=0.3)}.",
        trace,
    )


def _works_later(at: CheckedReceiver, event_type: str) -> bool:
    """Whether an event of the type, delivered alone, changes the state soon after its answer."""
    at.begin()
    before = at.look()
    at.deliver(at.event(event_type))
    at.wait(_PATIENCE / 10)
    return at.look() != before


def _moved_by_stories(at: CheckedReceiver) -> tuple[str, ...] | None:
    """The types of the stories that change the state, or end otherwise in another order; None if none does."""
    at.stories = tell_stories(at) if at.can_reset else ()
    moved = {event_type for one in at.stories for event_type in one.types}
    if moved or any(one.turned for one in at.stories):
        return tuple(sorted(moved or at.accepted))
    for name in CANDIDATES:
        at.begin()
        before = at.look()
        types = set()
        for event in at.story(name):
            at.deliver(event)
            types.add(str(event.type))
        if at.look() != before:
            return tuple(sorted(types))
    return None


def _misread(at: CheckedReceiver, reactions: Reactions) -> Finding | None:
    """The finding where some right webhooks are accepted, and others in another form alone: it misreads some.

    Three keys in four have a + or a /, and not every body has a letter beyond ASCII.
    """
    refused = next((one for one in reactions.refused if one.trace.answer.status in _NOT_VERIFIED), None)
    event = at.event() if refused is None else refused.event
    draft = at.draft(event)
    if refused is None:
        draft = with_signs(draft)
        at.begin()
        trace = at.send(Request(draft.body, draft.headers), f"{event.type} as a webhook whose key has a + and a /")
        if at.accepts(trace, event) or trace.answer.status not in _NOT_VERIFIED:
            return None
    for form in signature_forms():
        at.begin()
        trace = at.send(form.make(draft, event), f"{event.type}, {form.name}")
        if at.accepts(trace, event):
            at.begin()
            again = at.send(Request(draft.body, draft.headers), str(event.type))
            return None if at.accepts(again, event) else _found(form, trace)
    return None


def _expected_form(at: CheckedReceiver, forms: Iterable[MistakenForm]) -> Finding | None:
    """The finding for the first other form that is accepted, and changes the state if that can be looked at."""
    for form in forms:
        at.begin()
        before = at.look()
        event = at.event()
        trace = at.send(form.make(at.draft(event), event), f"{event.type}, {form.name}")
        if at.accepts(trace, event) and (not at.has_state or at.look() != before):
            if at.can_reset and _changes(at, event):
                return None  # it was the event, not its form
            return _found(form, trace)
    return None


def _found(form: MistakenForm, trace: Trace) -> Finding:
    return control_finding(form.name, form.means, form.cure, trace, facts=form.facts)


def _changes(at: CheckedReceiver, event: Event) -> bool:
    at.begin()
    before = at.look()
    return at.accepts(at.deliver(event), event) and at.look() != before


def _takes_anything(at: CheckedReceiver) -> Trace | None:
    """The request that is no webhook and was accepted; None if it was refused."""
    at.begin()
    request = Request(_NONSENSE, (("content-type", "text/plain"), ("content-length", str(len(_NONSENSE)))))
    trace = at.send(request, "a text that is no webhook")
    return trace if trace.answer.is_success else None
