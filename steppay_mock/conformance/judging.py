"""How most checks judge: what has to be refused is refused, what has to be accepted is accepted and taken rightly.

Each judgement rests on a control: the plain event, delivered beside the one in question. A dead receiver refuses
everything too, and has passed nothing by that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from steppay_mock.conformance.alike import changes
from steppay_mock.conformance.check import PASSED, Judgement, failed, skipped
from steppay_mock.conformance.unlike import Unlike
from steppay_mock.delivery.faults import find_fault
from steppay_mock.delivery.request import Request
from steppay_mock.payload.event import Event

if TYPE_CHECKING:
    from steppay_mock.conformance.checked_receiver import CheckedReceiver
    from steppay_mock.conformance.trace import Trace
    from steppay_mock.delivery.faults import RequestDraft

Make = Callable[["RequestDraft"], Request]
"""Makes the request in question from a right one."""
Run = Callable[["CheckedReceiver"], Judgement]

REFUSED = frozenset(range(400, 500))
LIMITED = 429


def refuses(make: Make, *, what: str, event: Callable[[CheckedReceiver], Event] | None = None) -> Run:
    """A check of what has to be refused; ``what`` names it, as in ``a webhook without a signature``."""

    def run(at: CheckedReceiver) -> Judgement:
        return judge_refusal(at, make, what=what, event=at.event() if event is None else event(at))

    return run


def refuses_fault(name: str, *, what: str) -> Run:
    """A check that this fault is refused."""
    return refuses(find_fault(name).apply, what=what)


def accepts(
    make: Make,
    *,
    what: str,
    event: Callable[[CheckedReceiver], Event] | None = None,
    control: Callable[[CheckedReceiver, Event], Event] | None = None,
) -> Run:
    """A check of what has to be accepted, and to end in the state in which the plain event ends.

    ``control`` makes the event beside it that is beyond doubt; None: a fresh one of the main type.
    """

    def run(at: CheckedReceiver) -> Judgement:
        if event is None:
            return judge_acceptance(at, make, what=what, event=at.event())
        asked = event(at)
        beside = at.event() if control is None else control(at, asked)
        return judge_acceptance(at, make, what=what, event=asked, control=beside)

    return run


def accepts_fault(name: str, *, what: str) -> Run:
    """A check that this fault is accepted, as the plain event is."""
    return accepts(find_fault(name).apply, what=what)


def judge_refusal(at: CheckedReceiver, make: Make, *, what: str, event: Event) -> Judgement:
    """Whether the request is refused and leaves no trace in the state."""
    at.begin()
    before = at.look()
    trace = at.send(make(at.draft(event)), f"{event.type} as {what}")
    after = at.look()
    taken, changed = at.accepts(trace, event), at.has_state and after != before
    told = changes(at.state(before).state, at.state(after).state) if changed else ()
    if taken and (changed or not _shows(at, event)):
        return failed(f"It accepts {what}: {trace.told()}.", trace, changes=told, tags=("taken",))
    if changed:
        return failed(
            f"It answers {trace.answer.status} to {what}, and stores it all the same.",
            trace,
            changes=told,
            tags=("taken", "stored"),
        )
    if (no_verdict := control_of(at, event)) is not None:
        return no_verdict
    if trace.answer.status == LIMITED:
        return skipped(f"No verdict: a limit of requests answered in its place ({trace.told()}).", trace)
    return _told_of_refusal(trace, what, taken=taken)


def _told_of_refusal(trace: Trace, what: str, *, taken: bool) -> Judgement:
    status = trace.answer.status
    if taken:
        return failed(
            f"It answers {status} to {what}, and does nothing with it: a right webhook that it refuses by mistake "
            "would be lost unseen.",
            trace,
            severity="should",
            tags=("swallowed",),
        )
    if status is None or status >= 500 or trace.answer.exception is not None:
        return failed(f"It fails on {what}: {trace.told()}.", trace, severity="should", tags=("crashed",))
    if status not in REFUSED:
        return failed(
            f"It answers {trace.told()} to {what}, where 4xx says that it is refused.",
            trace,
            severity="should",
            tags=("unclear",),
        )
    return PASSED


def judge_acceptance(
    at: CheckedReceiver, make: Make, *, what: str, event: Event, control: Event | None = None
) -> Judgement:
    """Whether the request is accepted, and the state is that after the plain event.

    ``control``: another event that is beyond doubt, where the event itself is what is in question.
    """
    expected = _end_of(at, event) if at.can_reset else None
    at.begin()
    before = at.look()
    trace = at.send(make(at.draft(event)), f"{event.type} as {what}")
    after = at.look()
    if not at.accepts(trace, event):
        return refused(at, trace, what=what, plain=control or event)
    if not at.can_reset:
        if _shows(at, event) and after == before and _changes_something(at):
            return failed(f"It answers {trace.answer.status} to {what}, and does nothing with it.", trace)
        return PASSED
    if expected is None:
        return _no_control(at, event)
    if control is not None and after == before and _is_lost(at, event, control):
        return _lost(trace, what)
    return _same_end(at, trace, what=what, event=event, ends=(expected, after))


def _same_end(at: CheckedReceiver, trace: Trace, *, what: str, event: Event, ends: tuple[int, int]) -> Judgement:
    """Whether the state after the request, the second of these, is that after the plain event."""
    expected, found = (at.state(number) for number in ends)
    told = changes(expected.state, found.state, copies=(event.data,))
    if told or expected.effects != found.effects:
        return failed(f"After {what} the state is not that after the plain event.", trace, changes=told)
    return PASSED


def _is_lost(at: CheckedReceiver, event: Event, plain: Event) -> bool:
    """Whether the state would show the event, and shows the plain one: then an event that left it as it was is lost."""
    if not at.can_reset or at.reads_back or not _shows(at, event):
        return False  # who reads back may not find what a webhook does not name
    at.begin()
    before = at.look()
    trace = at.deliver(plain)
    return at.accepts(trace, plain) and at.look() != before


def _lost(trace: Trace, what: str) -> Judgement:
    return failed(
        f"It answers {trace.answer.status} to {what}, and does nothing with it: it is lost unseen.",
        trace,
        tags=("refused",),
    )


def refused(at: CheckedReceiver, trace: Trace, *, what: str, plain: Event, tags: tuple[str, ...] = ()) -> Judgement:
    """The judgement of what was refused and should not be; that nothing can be told if ``plain`` is refused too."""
    if (no_verdict := control_of(at, plain)) is not None:
        return no_verdict
    fails = trace.answer.exception is not None or (trace.answer.status or 500) >= 500
    verb = "fails on" if fails else "refuses"
    crash = ("crashed",) if fails else ()
    return failed(f"It {verb} {what}: {trace.told()}.", trace, tags=("refused", *crash, *tags))


def control_of(at: CheckedReceiver, event: Event) -> Judgement | None:
    """None if the plain event is accepted now, else the judgement that nothing can be told.

    It is sent twice before that: a receiver that is busy refuses now this request and now that one.
    """
    at.begin()
    trace = at.deliver(event)
    if at.accepts(trace, event):
        return None
    if at.can_reset:
        at.begin()
        again = at.deliver(event)
        if at.accepts(again, event):
            at.unlike.append(Unlike.of_answers(trace, again, is_right=True))
            return None
    return skipped(f"No verdict: the plain event beside it was refused too ({trace.told()}).", trace)


def _end_of(at: CheckedReceiver, event: Event) -> int | None:
    """The number of the state after the plain event; None if that is refused."""
    at.begin()
    trace = at.deliver(event)
    after = at.look()
    return after if at.accepts(trace, event) else None


def _no_control(at: CheckedReceiver, event: Event) -> Judgement:
    """The judgement where the plain event was refused, so that no state is there to compare with."""
    return control_of(at, event) or skipped("No verdict: the plain event beside it was refused at first.")


def _changes_something(at: CheckedReceiver) -> bool:
    """Whether a plain event beside it changes the state, where nothing can be put back."""
    before = at.look()
    at.deliver(at.event())
    return at.look() != before


def _shows(at: CheckedReceiver, event: Event) -> bool:
    """Whether the state would show that an event of this type was taken."""
    return at.has_state and str(event.type) in at.reacts


def for_each_type(judge: Callable[[CheckedReceiver, str], Judgement]) -> Run:
    """A check that is made with each event type to which the receiver reacts; the first failure is the judgement."""

    def run(at: CheckedReceiver) -> Judgement:
        types = at.reacts or at.accepted
        found = {event_type: judge(at, event_type) for event_type in types}
        broken = [one for one, judgement in found.items() if judgement.outcome == "failed"]
        if broken:
            first = found[broken[0]]
            also = f" The same with {', '.join(broken[1:4])}{' and others' * (len(broken) > 4)}." * (len(broken) > 1)
            return replace(first, why=first.why + also)
        return PASSED if any(one.outcome == "passed" for one in found.values()) else next(iter(found.values()))

    return run


def with_payload(event: Event, payload: Mapping[str, Any]) -> Event:
    """The event with another payload, in the form of the given one."""
    return Event.from_payload(payload, form=event.form)


def judge_event(
    at: CheckedReceiver, event: Event, *, what: str, plain: Event, same_as: Event | None = None
) -> Judgement:
    """Whether an event is accepted, and ends in the state in which ``same_as`` ends; ``plain`` is the control."""
    expected = _end_of(at, same_as) if at.can_reset and same_as is not None else None
    at.begin()
    before = at.look()
    trace = at.deliver(event)
    after = at.look()
    if not at.accepts(trace, event):
        return refused(at, trace, what=what, plain=plain)
    if same_as is None and after == before and _is_lost(at, event, plain):
        return _lost(trace, what)
    if not at.can_reset or same_as is None:
        return PASSED
    if expected is None:
        return _no_control(at, same_as)
    told = changes(at.state(expected).state, at.state(after).state, copies=(event.data, same_as.data))
    if told:
        return failed(f"{what[:1].upper()}{what[1:]} ends in another state than the plain event.", trace, changes=told)
    return PASSED
