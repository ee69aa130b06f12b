"""Checks of age: an old recording is refused, an old event that is sent now is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from steppay_mock.conformance.check import Check
from steppay_mock.conformance.judging import accepts, refuses_fault
from steppay_mock.delivery.faults.draft import as_drafted, keys_of, with_signatures

if TYPE_CHECKING:
    from steppay_mock.conformance.checked_receiver import CheckedReceiver
    from steppay_mock.delivery.faults import RequestDraft
    from steppay_mock.delivery.request import Request
    from steppay_mock.payload.event import Event

_YEAR = 365 * 86_400
_SKEW = 20
_AGE = (
    "After the key was found right, compare the timestamp of the header with your clock, and refuse what is more than "
    "300 seconds away, both ways (300 is assumed)."
)
_SENDING = (
    "Judge the age by the timestamp of the header, which is when it was sent, not by that of the body, which is when "
    "it happened: a webhook that a manager resends is old and right."
)


def _year_old(at: CheckedReceiver) -> Event:
    return at.event(now=float(at.moment - _YEAR))


def _ahead(draft: RequestDraft) -> Request:
    return _at(draft, draft.timestamp + _SKEW)


def _a_little_late(draft: RequestDraft) -> Request:
    return _at(draft, draft.timestamp - _SKEW)


def _at(draft: RequestDraft, moment: int) -> Request:
    return with_signatures(draft, f"timestamp={moment},key={keys_of(draft, draft.signers, moment=moment)}")


CHECKS = (
    Check(
        name="too-old",
        family="replay",
        severity="should",
        harm="money",
        asks="A webhook that was signed an hour ago is refused.",
        cure=_AGE,
        facts=(19, 54),
        needs=("secret",),
        run=refuses_fault("timestamp-stale", what="a webhook that was signed an hour ago"),
    ),
    Check(
        name="too-new",
        family="replay",
        severity="should",
        harm="money",
        asks="A webhook that is signed for an hour from now is refused.",
        cure=_AGE,
        facts=(19, 54),
        needs=("secret",),
        run=refuses_fault("timestamp-future", what="a webhook that is signed for an hour from now"),
    ),
    Check(
        name="old-event-now",
        family="replay",
        severity="must",
        harm="lost",
        asks="An event of a year ago that is sent now is accepted.",
        cure=_SENDING,
        facts=(19, 22),
        run=accepts(as_drafted, what="a webhook of a year ago that is sent now", event=_year_old),
    ),
    Check(
        name="clock-ahead",
        family="replay",
        severity="should",
        harm="lost",
        asks=f"A webhook from a clock that is {_SKEW} seconds ahead is accepted.",
        cure="Accept a timestamp up to 300 seconds in the future, as in the past (300 is assumed): "
        "abs(now - timestamp) <= 300.",
        facts=(19,),
        needs=("secret",),
        run=accepts(_ahead, what=f"a webhook from a clock that is {_SKEW} seconds ahead"),
    ),
    Check(
        name="a-little-late",
        family="replay",
        severity="should",
        harm="lost",
        asks=f"A webhook that was signed {_SKEW} seconds ago is accepted.",
        cure="Allow minutes between signing and arrival: the sender may be slow, and your queue full.",
        facts=(19,),
        needs=("secret",),
        run=accepts(_a_little_late, what=f"a webhook that was signed {_SKEW} seconds ago"),
    ),
)
"""The checks of this family."""
