"""Faults of the signature: its header has another form than the documented one (fact 18)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from steppay_mock.delivery.faults.draft import keys_of, other_secrets, with_signatures
from steppay_mock.delivery.faults.fault import Fault

if TYPE_CHECKING:
    from steppay_mock.delivery.faults.draft import RequestDraft
    from steppay_mock.delivery.request import Request

_NO_TIME = "now"
_TRIES = 60  # seconds, well within every tolerance


def _right(draft: RequestDraft) -> str:
    return keys_of(draft, draft.signers)


def _missing(draft: RequestDraft) -> Request:
    return with_signatures(draft)


def _empty(draft: RequestDraft) -> Request:
    return with_signatures(draft, "")


def _garbage(draft: RequestDraft) -> Request:
    return with_signatures(draft, "garbage")


def _twice(draft: RequestDraft) -> Request:
    wrong = keys_of(draft, other_secrets(draft, 1))
    begin = f"timestamp={draft.timestamp},key="
    return with_signatures(draft, begin + wrong, begin + _right(draft))


def _key_missing(draft: RequestDraft) -> Request:
    return with_signatures(draft, f"timestamp={draft.timestamp}")


def _key_empty(draft: RequestDraft) -> Request:
    return with_signatures(draft, f"timestamp={draft.timestamp},key=")


def _key_before_timestamp(draft: RequestDraft) -> Request:
    return with_signatures(draft, f"key={_right(draft)},timestamp={draft.timestamp}")


def _v0_for_key(draft: RequestDraft) -> Request:
    return with_signatures(draft, f"timestamp={draft.timestamp},v0={_right(draft)}")


def _v0_beside_key(draft: RequestDraft) -> Request:
    wrong = keys_of(draft, other_secrets(draft, 1))
    return with_signatures(draft, f"timestamp={draft.timestamp},v0={wrong},key={_right(draft)}")


def _unpadded(draft: RequestDraft) -> Request:
    key = keys_of(draft, draft.signers[:1])
    return with_signatures(draft, f"timestamp={draft.timestamp},key={key.rstrip('=')}")


def _url_safe(draft: RequestDraft) -> Request:
    """One key in four has neither + nor /, and is right in both alphabets: then a second nearby is signed."""
    key, moment = "", draft.timestamp
    step = -1 if draft.timestamp >= _TRIES else 1
    for moment in range(draft.timestamp, draft.timestamp + step * _TRIES, step):
        key = keys_of(draft, draft.signers[:1], moment=moment)
        if "+" in key or "/" in key:
            break
    return with_signatures(draft, f"timestamp={moment},key={key.translate(str.maketrans('+/', '-_'))}")


def _no_number(draft: RequestDraft) -> Request:
    return with_signatures(draft, f"timestamp={_NO_TIME},key={keys_of(draft, draft.signers, moment=_NO_TIME)}")


SIGNATURE_FORM_FAULTS = (
    Fault(
        "signature-missing",
        "signature",
        "refused",
        "There is no signature header.",
        "Nothing proves the sender (fact 18).",
        _missing,
    ),
    Fault(
        "signature-empty",
        "signature",
        "refused",
        "The signature header is there and empty.",
        "Nothing proves the sender; a 5xx shows that the receiver parses the header without a check.",
        _empty,
    ),
    Fault(
        "signature-garbage",
        "signature",
        "refused",
        "The signature header holds a word, and no pair.",
        "Nothing proves the sender; a 5xx shows that the receiver parses the header without a check.",
        _garbage,
    ),
    Fault(
        "signature-twice",
        "signature",
        "either",
        "Two signature headers, the first one wrong, the second one right. Assumed: it is never sent.",
        "Servers join the two headers, or show the first or the last. Each is safe if a right key is required.",
        _twice,
        needs_socket=True,
    ),
    Fault(
        "key-missing",
        "signature",
        "refused",
        "The signature has a timestamp, and no pair named key.",
        "Nothing proves the sender (fact 18).",
        _key_missing,
    ),
    Fault(
        "key-empty",
        "signature",
        "refused",
        "The signature has an empty key.",
        "An empty key is no key (fact 18).",
        _key_empty,
    ),
    Fault(
        "key-before-timestamp",
        "signature",
        "either",
        "The signature is right, and its key stands before its timestamp. Assumed: it is never sent.",
        "The timestamp is documented to come first (fact 18), so refusing is safe; accepting is too, because the key "
        "is right.",
        _key_before_timestamp,
    ),
    Fault(
        "v0-for-key",
        "signature",
        "refused",
        "The pair v0= replaces key=, with the value of the right key.",
        "It was seen once (fact 20), and how it is computed is not documented: it proves nothing (assumed).",
        _v0_for_key,
    ),
    Fault(
        "v0-beside-key",
        "signature",
        "accepted",
        "A pair v0 stands between the timestamp and the right key. Assumed: the two were never seen together.",
        "Other pairs may follow the timestamp (fact 20).",
        _v0_beside_key,
    ),
    Fault(
        "key-unpadded",
        "signature",
        "either",
        "The key lacks the = at its end. Assumed: it is never sent.",
        "A receiver that compares the text refuses it (fact 18). One that decodes the key and compares the bytes "
        "accepts it, which is as safe: nobody makes the bytes without the secret.",
        _unpadded,
    ),
    Fault(
        "key-url-safe",
        "signature",
        "either",
        "The key has - and _ instead of + and /. Assumed: it is never sent.",
        "A receiver that compares the text refuses it (fact 18). One that decodes the key, in either alphabet, and "
        "compares the bytes accepts it, which is as safe: nobody makes the bytes without the secret.",
        _url_safe,
    ),
    Fault(
        "timestamp-not-a-number",
        "signature",
        "refused",
        "The timestamp is the word now, over which the key is right.",
        "The timestamp is seconds since the epoch (fact 18). A signature without an age could be replayed for ever.",
        _no_number,
    ),
)
