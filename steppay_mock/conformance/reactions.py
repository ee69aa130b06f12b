"""Finds out what the receiver does with right webhooks: which types it accepts, and which change its state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from steppay_mock.conformance.alike import changes
from steppay_mock.conformance.unlike import Unlike
from steppay_mock.contract.catalogue import EventType
from steppay_mock.errors import SteppayMockError
from steppay_mock.ordering.face import option
from steppay_mock.ordering.failure import WrongStartError
from steppay_mock.ordering.report.causes import Observed

if TYPE_CHECKING:
    from steppay_mock.conformance.checked_receiver import CheckedReceiver
    from steppay_mock.conformance.trace import Trace
    from steppay_mock.payload.event import Event

FIRST = (
    "payment.completed",
    "subscription.updated",
    "subscription.created",
    "order.payment_completed",
    "order.created",
    "order.updated",
    "payment.canceled",
    "payment.failed",
    "customer.created",
    "invoice.updated",
)
"""The types that receivers most often use, the dearest first."""
_TRIES = 4  # deliveries of an event, of which two have to be accepted
_ENOUGH = 6  # events that are refused alike, until other types are not tried; events of a type that change nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """What one event type did: whether it was accepted, and whether the state changed."""

    event: Event
    trace: Trace
    accepted: bool
    changed: bool

    @property
    def observed(self) -> Observed:
        """The same, for the search for likely causes."""
        answer = self.trace.answer
        return Observed(
            event=self.event,
            status=answer.status,
            body=answer.body,
            error=answer.error,
            failure=answer.failure,
            exception=answer.exception,
            changed=self.changed,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reactions:
    """The reactions to one event of each type."""

    all: tuple[Reaction, ...]

    @property
    def accepted(self) -> tuple[str, ...]:
        """The types that are accepted."""
        return tuple(str(one.event.type) for one in self.all if one.accepted)

    @property
    def reacts(self) -> tuple[str, ...]:
        """The types that are accepted and change the state."""
        return tuple(str(one.event.type) for one in self.all if one.accepted and one.changed)

    @property
    def refused(self) -> tuple[Reaction, ...]:
        """The reactions of what is not accepted."""
        return tuple(one for one in self.all if not one.accepted)


def find_reactions(at: CheckedReceiver) -> Reactions:
    """Deliver one event of each type that the receiver is registered for, each to an empty receiver.

    ``at`` then knows its main type. WrongStartError if the state is not put back.
    """
    found: list[Reaction] = []
    wanted = _wanted(at)
    # The state is not asked for before it is known that something answers: most often both are one server.
    event = at.event(wanted[0])
    trace = at.deliver(event)
    if trace.answer.status is None:
        return Reactions(all=(Reaction(event=event, trace=trace, accepted=False, changed=False),))
    at.begin()
    first = at.look()
    for event_type in wanted:
        at.begin()
        before = at.look()
        if at.can_reset and before != first:
            raise WrongStartError(
                how=option("reset"),
                was_saved=False,
                wanted=at.state(first).state,
                found=at.state(before).state,
                of="check",
            )
        event = at.event(event_type)
        trace = at.deliver(event)
        found.append(Reaction(event=event, trace=trace, accepted=at.accepts(trace, event), changed=at.look() != before))
        alike = not any(one.accepted for one in found) and len({_kind(one) for one in found}) == 1
        if at.is_gone or (len(found) == _ENOUGH and alike):
            break
    if at.can_reset and any(one.accepted for one in found) and not at.is_gone:
        found = [one if one.accepted else _once_more(at, one) for one in found]
    if at.can_reset and not at.is_gone and not any(one.changed for one in found):
        found = [_with_others(at, one) if one.accepted and place < _ENOUGH else one for place, one in enumerate(found)]
    reactions = Reactions(all=tuple(found))
    at.accepted, at.reacts = reactions.accepted, reactions.reacts
    at.main = next(iter((*at.reacts, *at.accepted)), at.main)
    if at.can_reset and at.reacts:
        at.unsteady = _unsteady(at)
    return reactions


def _once_more(at: CheckedReceiver, first: Reaction) -> Reaction:
    """The reaction to an event that was refused, sent again: a receiver that is busy may take it now."""
    at.begin()
    before = at.look()
    trace = at.deliver(first.event)
    if not at.accepts(trace, first.event):
        return first
    at.unlike.append(Unlike.of_answers(first.trace, trace, is_right=True))
    return Reaction(event=first.event, trace=trace, accepted=True, changed=at.look() != before)


def _with_others(at: CheckedReceiver, first: Reaction) -> Reaction:
    """The reaction to the first of some more events that changes the state: that of a status may, and others not."""
    for _ in range(_ENOUGH):
        at.begin()
        before = at.look()
        event = at.event(str(first.event.type))
        trace = at.deliver(event)
        if at.accepts(trace, event) and at.look() != before:
            return Reaction(event=event, trace=trace, accepted=True, changed=True)
    return first


def _unsteady(at: CheckedReceiver) -> tuple[str, ...]:
    """Where the states differ after the same event was delivered twice, each time to an empty receiver."""
    event = at.event()
    ends = []
    for _ in range(_TRIES):
        at.begin()
        if at.accepts(at.deliver(event), event):
            ends.append(at.look())
        if len(ends) == 2:
            return changes(at.state(ends[0]).state, at.state(ends[1]).state)
    return ()


def _wanted(at: CheckedReceiver) -> list[str]:
    types = at.settings.types
    names = dict.fromkeys((*FIRST, *map(str, EventType)))
    wanted = [name for name in names if types is None or name in types]
    if not wanted:
        raise SteppayMockError(
            f"{option('types')} names webhooks v1 alone, which are not checked. Name a type of webhook v2, such as "
            "payment.completed."
        )
    return wanted


def _kind(one: Reaction) -> tuple[object, object]:
    return one.trace.answer.status, one.trace.answer.failure
