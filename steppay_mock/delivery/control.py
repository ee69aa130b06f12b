"""The control of a fault: the same event without the fault, and what its answer says of the verdict.

A server that answers 404 to everything refuses what is wrong as well as what is right. So a refusal counts only if the
plain event is taken. After all deliveries the first event of each type that came with a fault and was not taken is
delivered once more, without the fault. It goes last: so a receiver that drops repeats has not seen the event before it
comes with the fault. The receiver has refused it, so the plain event is a new one to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from steppay_mock.delivery.answer import Answer

if TYPE_CHECKING:
    from steppay_mock.delivery.outcome import Outcome
    from steppay_mock.payload.event import Event


def events_to_control(outcomes: Sequence[Outcome]) -> list[Event]:
    """The events that are to be delivered once more without their fault: of each type the first that was not taken.

    A type of which an event without a fault was taken among these deliveries needs no other control.
    """
    found: dict[str, Event] = {}
    known = _plain_and_taken(outcomes)
    for outcome in outcomes:
        kind = str(outcome.event.type)
        if outcome.fault is not None and not _took(outcome) and kind not in known:
            found.setdefault(kind, outcome.event)
    return list(found.values())


def controlled(outcomes: Sequence[Outcome], controls: Iterable[Outcome]) -> Iterator[Outcome]:
    """The outcomes; those with a fault that were not taken have what the control of their type came to."""
    known = {str(one.event.type): one for one in controls} | _plain_and_taken(outcomes)
    for outcome in outcomes:
        control = known.get(str(outcome.event.type))
        judged = outcome.fault is not None and not _took(outcome) and control is not None
        yield replace(outcome, control=control) if judged else outcome


def no_verdict(fault: str, event: str, *, answer: str) -> str:
    """The sentence about a fault that could not be judged; ``answer`` is that to the plain event."""
    return (
        f"no verdict on the fault {fault}: {event} without the fault was not taken either ({answer}), so the answer to "
        "the fault tells nothing. Let the receiver take the plain event first."
    )


def _plain_and_taken(outcomes: Iterable[Outcome]) -> dict[str, Outcome]:
    found: dict[str, Outcome] = {}
    for outcome in outcomes:
        if outcome.fault is None and _took(outcome):
            found.setdefault(str(outcome.event.type), outcome)
    return found


def _took(outcome: Outcome) -> bool:
    return Answer(outcome.status, error=outcome.error).is_success
