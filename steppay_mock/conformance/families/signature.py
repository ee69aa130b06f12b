"""Checks of the signature: nothing that the holder of the secret did not sign is taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from steppay_mock.conformance.check import PASSED, Check, Judgement
from steppay_mock.conformance.judging import Run, accepts_fault, judge_refusal, refuses, refuses_fault
from steppay_mock.conformance.kinds import Harm, Severity
from steppay_mock.delivery.faults import find_fault
from steppay_mock.delivery.faults.draft import keys_of, with_signatures

if TYPE_CHECKING:
    from collections.abc import Callable

    from steppay_mock.conformance.checked_receiver import CheckedReceiver
    from steppay_mock.delivery.faults import RequestDraft
    from steppay_mock.delivery.request import Request
    from steppay_mock.payload.event import Event

_CURE = (
    "Compute base64(HMAC-SHA256(secret, '<timestamp>.<raw body>')), compare it in constant time with each key of the "
    "header, and answer 401 unless one is equal."
)
_PREFIX = 20  # characters of a key
_NEAR_THE_END = 40  # the place of a letter of 43, all of whose bits are of the digest
_WHOLE = "Compare the whole key for equality, not its first or its last letters alone."


def _check(
    name: str,
    asks: str,
    run: Run,
    *,
    severity: Severity = "must",
    harm: Harm = "money",
    cure: str = _CURE,
    facts: tuple[int, ...] = (18,),
) -> Check:
    return Check(
        name=name,
        family="signature",
        severity=severity,
        harm=harm,
        asks=asks,
        cure=cure,
        facts=facts,
        needs=("secret",),
        run=run,
    )


def _unsigned(draft: RequestDraft) -> Request:
    return with_signatures(draft)


def _test_event(at: CheckedReceiver) -> Event:
    return at.event(is_test=True)


def _timestamp_changed(draft: RequestDraft) -> Request:
    return with_signatures(draft, f"timestamp={draft.timestamp + 1},key={keys_of(draft, draft.signers)}")


def _empty_secret(draft: RequestDraft) -> Request:
    return with_signatures(draft, f"timestamp={draft.timestamp},key={keys_of(draft, [''])}")


def _with_keys(change: Callable[[str], str]) -> Callable[[RequestDraft], Request]:
    """The request with each of its right keys changed: a receiver may know any one of several secrets."""

    def make(draft: RequestDraft) -> Request:
        keys = keys_of(draft, draft.signers).split(";")
        return with_signatures(draft, f"timestamp={draft.timestamp},key={';'.join(map(change, keys))}")

    return make


def _with_other_letter(key: str, place: int) -> str:
    return f"{key[:place]}{'A' if key[place] != 'A' else 'B'}{key[place + 1 :]}"


def _v0_for_key(draft: RequestDraft) -> Request:
    """Each key has a pair of its own: behind a ';' it would look like one more key of the pair before."""
    keys = keys_of(draft, draft.signers).split(";")
    return with_signatures(draft, ",".join([f"timestamp={draft.timestamp}", *(f"v0={key}" for key in keys)]))


_HEADER = "Read the header as pairs, and answer 401 where timestamp or key is missing or has another form."


def _each_type(at: CheckedReceiver) -> Judgement:
    """Each type to which it reacts, forged: a receiver may verify in the branch of one type alone."""
    forged = find_fault("wrong-secret").apply
    for event_type in at.reacts:
        event = at.event(event_type)
        found = judge_refusal(at, forged, what=f"{event_type} that is signed with another secret", event=event)
        if found.outcome != "passed":
            return found
    return PASSED


CHECKS = (
    _check(
        "wrong-secret",
        "A webhook that is signed with another secret is refused.",
        refuses_fault("wrong-secret", what="a webhook that is signed with another secret"),
    ),
    _check(
        "each-type",
        "A webhook of each type that is signed with another secret is refused.",
        _each_type,
        cure="Verify before you look at the event, once for all types.",
    ),
    _check(
        "signature-missing",
        "A webhook without a signature is refused.",
        refuses_fault("signature-missing", what="a webhook without a signature"),
    ),
    _check(
        "body-changed",
        "A webhook whose body was changed after signing is refused.",
        refuses_fault("body-changed", what="a webhook whose body was changed after signing"),
    ),
    _check(
        "timestamp-changed",
        "A webhook whose timestamp was changed after signing is refused.",
        refuses(_timestamp_changed, what="a webhook whose timestamp was changed after signing"),
        cure="Sign '<timestamp>.<raw body>', with the timestamp of the header: else an old webhook gets a new date.",
    ),
    _check(
        "empty-secret",
        "A webhook that is signed with an empty secret is refused.",
        refuses(_empty_secret, what="a webhook that is signed with an empty secret"),
        cure="Stop at the start if the secret is not set: with an empty one anybody can sign.",
        facts=(18, 32),
    ),
    _check(
        "signature-empty",
        "A webhook with an empty signature header is refused.",
        refuses_fault("signature-empty", what="a webhook with an empty signature header"),
        cure=_HEADER,
    ),
    _check(
        "test-unsigned",
        "A webhook without a signature is refused also if it says that it is a test.",
        refuses(_unsigned, what="a webhook without a signature that says that it is a test", event=_test_event),
        cure="Verify webhooks of tests too: anybody can write isTest into a body.",
        facts=(3, 18),
    ),
    _check(
        "signature-garbage",
        "A webhook whose signature header is a word is refused.",
        refuses_fault("signature-garbage", what="a webhook whose signature header is a word"),
        cure=_HEADER,
    ),
    _check(
        "key-missing",
        "A webhook with a timestamp and no key is refused.",
        refuses_fault("key-missing", what="a webhook with a timestamp and no key"),
        cure=_HEADER,
    ),
    _check(
        "key-empty",
        "A webhook with an empty key is refused.",
        refuses_fault("key-empty", what="a webhook with an empty key"),
        cure="Compare the whole key for equality: an empty text is in every text.",
    ),
    _check(
        "key-truncated",
        f"A webhook with the first {_PREFIX} characters of the key is refused.",
        refuses(_with_keys(lambda key: key[:_PREFIX]), what="a webhook with the beginning of the right key"),
        cure="Compare the whole key for equality, not by startswith, includes or a length that the sender chooses.",
    ),
    _check(
        "key-of-one-letter",
        "A webhook with one letter of the key is refused.",
        refuses(_with_keys(lambda key: key[:1]), what="a webhook with the first letter of the right key"),
        cure="Compare the whole key for equality: who guesses one letter in 64 must not get in.",
    ),
    _check(
        "key-wrong-at-the-end",
        "A webhook whose key is wrong in one letter near its end is refused.",
        refuses(
            _with_keys(lambda key: _with_other_letter(key, _NEAR_THE_END)),
            what="a webhook whose key is wrong in one letter near its end",
        ),
        cure=_WHOLE,
    ),
    _check(
        "key-wrong-at-the-beginning",
        "A webhook whose key is wrong in its first letter is refused.",
        refuses(
            _with_keys(lambda key: _with_other_letter(key, 0)), what="a webhook whose key is wrong in its first letter"
        ),
        cure=_WHOLE,
    ),
    _check(
        "key-in-other-case",
        "A webhook whose key has capitals for small letters is refused.",
        refuses(_with_keys(str.swapcase), what="a webhook whose key has capitals for small letters"),
        cure="Compare the key as it is: in base64 capitals and small letters differ.",
        severity="should",
    ),
    _check(
        "key-within-text",
        "A key with other letters around the right one is refused.",
        refuses(_with_keys(lambda key: f"AAAA{key}AAAA"), what="a webhook with other letters around the right key"),
        cure="Split the header into pairs and the keys at ';', and compare for equality. The vendor's own samples look "
        "for the key by substring: nobody can forge by that, but other mistakes of such a comparison let anything in.",
        severity="should",
        harm="untidy",
        facts=(18, 54),
    ),
    _check(
        "timestamp-not-a-number",
        "A webhook whose timestamp is a word is refused.",
        refuses_fault("timestamp-not-a-number", what="a webhook whose timestamp is a word"),
        cure="Take a timestamp of digits only: one that is no number has no age, and could be replayed for ever.",
        severity="should",
    ),
    _check(
        "v0-for-key",
        "A webhook with v0= in place of key= is refused.",
        refuses(_v0_for_key, what="a webhook with v0= in place of key="),
        cure="Take the pair 'key' alone: how v0 was computed is not documented, so it proves nothing.",
        severity="assumed",
        harm="untidy",
        facts=(20,),
    ),
    _check(
        "other-pairs",
        "A pair that is not known, between timestamp and key, does no harm.",
        accepts_fault("v0-beside-key", what="a webhook with another pair beside its key"),
        cure="Look for the pairs by name, not by place: other pairs may follow the timestamp.",
        severity="should",
        harm="lost",
        facts=(20,),
    ),
)
"""The checks of this family."""
