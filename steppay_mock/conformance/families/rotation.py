"""Checks of rotation: while a secret changes, the header has several keys, and one match is enough."""

from __future__ import annotations

from typing import TYPE_CHECKING

from steppay_mock.conformance.check import Check
from steppay_mock.conformance.judging import Run, accepts, accepts_fault, refuses_fault
from steppay_mock.delivery.faults.draft import keys_of, other_secrets, with_signatures

if TYPE_CHECKING:
    from steppay_mock.delivery.faults import RequestDraft
    from steppay_mock.delivery.request import Request

_CURE = "Split the value of key= at ';', and accept if any one of the keys is right."


def _in_the_middle(draft: RequestDraft) -> Request:
    before, after = other_secrets(draft, 2)
    return with_signatures(draft, f"timestamp={draft.timestamp},key={keys_of(draft, [before, *draft.signers, after])}")


def _check(name: str, asks: str, run: Run) -> Check:
    return Check(
        name=name,
        family="rotation",
        severity="must",
        harm="lost",
        asks=asks,
        cure=_CURE,
        facts=(18,),
        needs=("secret",),
        run=run,
    )


CHECKS = (
    _check(
        "right-first",
        "Three keys, of which the first is right, are accepted.",
        accepts_fault("keys-right-first", what="a webhook with three keys, the first right"),
    ),
    _check(
        "right-in-the-middle",
        "Three keys, of which the second is right, are accepted.",
        accepts(_in_the_middle, what="a webhook with three keys, the second right"),
    ),
    _check(
        "right-last",
        "Three keys, of which the last is right, are accepted.",
        accepts_fault("keys-right-last", what="a webhook with three keys, the last right"),
    ),
    Check(
        name="none-right",
        family="rotation",
        severity="must",
        harm="money",
        asks="Three keys, none of them right, are refused.",
        cure=_CURE + " None right: answer 401.",
        facts=(18,),
        needs=("secret",),
        run=refuses_fault("keys-none-right", what="a webhook with three keys, none right"),
    ),
)
"""The checks of this family."""
