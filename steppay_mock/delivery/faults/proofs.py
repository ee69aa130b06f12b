"""Faults of the signature: it has the right form, and a wrong or an unusual key, time or body."""

from __future__ import annotations

from typing import TYPE_CHECKING

from steppay_mock.delivery.faults.draft import LATEST, as_drafted, keys_of, other_secrets, with_signatures
from steppay_mock.delivery.faults.fault import Fault
from steppay_mock.delivery.faults.json_forms import spaced
from steppay_mock.delivery.request import Request

if TYPE_CHECKING:
    from steppay_mock.delivery.faults.draft import RequestDraft

HOUR = 3600


def _signed_by(draft: RequestDraft, *secrets: str) -> Request:
    return with_signatures(draft, f"timestamp={draft.timestamp},key={keys_of(draft, secrets)}")


def _signed_at(draft: RequestDraft, moment: int) -> Request:
    moment = min(max(moment, 0), LATEST)
    return with_signatures(draft, f"timestamp={moment},key={keys_of(draft, draft.signers, moment=moment)}")


def _wrong_secret(draft: RequestDraft) -> Request:
    return _signed_by(draft, *other_secrets(draft, 1))


def _body_changed(draft: RequestDraft) -> Request:
    """Turn the last bit of the last digit: it stays a digit, and the body JSON that a careless receiver would take."""
    changed = bytearray(draft.body or b" ")
    digits = [place for place, byte in enumerate(changed) if 0x30 <= byte <= 0x39]
    changed[digits[-1] if digits else len(changed) // 2] ^= 1
    return as_drafted(draft, body=bytes(changed))


def _spaced_after_signing(draft: RequestDraft) -> Request:
    return as_drafted(draft, body=spaced(draft.body))


def _stale(draft: RequestDraft) -> Request:
    return _signed_at(draft, draft.timestamp - HOUR)


def _future(draft: RequestDraft) -> Request:
    return _signed_at(draft, draft.timestamp + HOUR)


def _rotated(draft: RequestDraft) -> Request:
    return _signed_by(draft, *other_secrets(draft, 1), *draft.signers)


def _right_first(draft: RequestDraft) -> Request:
    return _signed_by(draft, *draft.signers, *other_secrets(draft, 2))


def _right_last(draft: RequestDraft) -> Request:
    return _signed_by(draft, *other_secrets(draft, 2), *draft.signers)


def _none_right(draft: RequestDraft) -> Request:
    return _signed_by(draft, *other_secrets(draft, 3))


PROOF_FAULTS = (
    Fault(
        "wrong-secret",
        "signature",
        "refused",
        "Signed with a secret that is not the endpoint's.",
        "Anybody can sign with a secret of their own (fact 18).",
        _wrong_secret,
    ),
    Fault(
        "body-changed",
        "signature",
        "refused",
        "One bit of the body is changed after signing, so that its last digit is another one.",
        "The key proves only the bytes that were signed (fact 18).",
        _body_changed,
    ),
    Fault(
        "spaced-after-signing",
        "signature",
        "refused",
        "Signed as it is, then sent with other white space: the same JSON in other bytes.",
        "The raw bytes are signed (fact 18). A receiver that verifies re-encoded JSON accepts it.",
        _spaced_after_signing,
    ),
    Fault(
        "timestamp-stale",
        "signature",
        "refused",
        "Signed rightly, one hour ago.",
        "A replay: a signature that is older than some minutes is refused (fact 19); 300 s is assumed.",
        _stale,
    ),
    Fault(
        "timestamp-future",
        "signature",
        "refused",
        "Signed rightly, with the time of one hour from now.",
        "It would stay valid for an hour more (assumed: refused more than 300 s ahead, as more than 300 s ago).",
        _future,
    ),
    Fault(
        "secrets-rotated",
        "signature",
        "accepted",
        "Signed with an old secret and with the endpoint's: key=OLD;NEW.",
        "During a rotation there are several keys, and one match is enough (fact 18).",
        _rotated,
    ),
    Fault(
        "keys-right-first",
        "signature",
        "accepted",
        "Three keys, of which the first is right.",
        "One match is enough, wherever it stands (fact 18).",
        _right_first,
    ),
    Fault(
        "keys-right-last",
        "signature",
        "accepted",
        "Three keys, of which the last is right.",
        "One match is enough, wherever it stands (fact 18).",
        _right_last,
    ),
    Fault(
        "keys-none-right",
        "signature",
        "refused",
        "Three keys, none of them right.",
        "Several keys prove nothing if none of them is right (fact 18).",
        _none_right,
    ),
)
