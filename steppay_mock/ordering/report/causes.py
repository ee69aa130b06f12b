"""Says what may be wrong, from how the receiver answered the events in the order in which they happened.

Each sentence names one likely cause and where to look. No text of an answer is repeated: it may hold a secret.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from steppay_mock.delivery.answer import Answer
from steppay_mock.delivery.in_process.frameworks import Refusal, refusal_of
from steppay_mock.delivery.in_process.obstacles import obstacle
from steppay_mock.delivery.next_step import step_for_status, step_without_answer
from steppay_mock.ordering.face import option
from steppay_mock.ordering.report.fields_read import fields_read
from steppay_mock.ordering.report.names_mistaken import names_mistaken

if TYPE_CHECKING:
    from steppay_mock.delivery.failure import Failure
    from steppay_mock.payload.event import Event

_MOST = 8  # sentences


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """One delivery: the event, the answer and what the app raised, and whether the probe showed another state after."""

    event: Event
    status: int | None
    body: bytes = b""
    error: str | None = None
    failure: Failure | None = None
    exception: BaseException | None = None
    changed: bool = False

    @property
    def is_accepted(self) -> bool:
        """Whether the answer was a success (2xx, assumed, fact 23)."""
        return Answer(self.status, error=self.error).is_success


@dataclass(frozen=True, slots=True)
class _Seen:
    observed: tuple[Observed, ...]
    signed: bool


def causes(observed: Sequence[Observed], *, signed: bool) -> tuple[str, ...]:
    """The likely causes, the most likely first; none where the answers suggest none. ``signed``: by ``secret=``."""
    if not observed:
        return ()
    seen = _Seen(tuple(observed), signed)
    found = [sentence for rule in _RULES for sentence in rule(seen)]
    return tuple(dict.fromkeys(found))[:_MOST]


def _is_moved(seen: _Seen) -> Iterator[str]:
    if _all_answered(seen, 301, 302, 307, 308):
        yield (
            "Every event was redirected, and a webhook is not sent again to another place. Does the path end as the "
            f"route does: with a trailing slash, or without one? {option('path')} says it. Is it http:// where "
            "https:// is meant? An app in process has no https: Django's settings in the tests say "
            "SECURE_SSL_REDIRECT = False."
        )


def _is_never_answered(seen: _Seen) -> Iterator[str]:
    if _all_answered(seen, None) and (step := step_without_answer({one.failure for one in seen.observed})):
        yield step


def _is_answered_before_the_receiver(seen: _Seen) -> Iterator[str]:
    (status, *others) = {one.status for one in seen.observed}
    if others or status is None or _all_answered(seen, *_OF_RULES):
        return
    if (step := step_for_status(status)) is not None:
        yield step


def _is_at_another_path(seen: _Seen) -> Iterator[str]:
    if _all_answered(seen, 404):
        yield f"No route answers at this path. Is {option('path')} that of the receiver, with its prefix?"
    if _all_answered(seen, 405):
        yield (
            f"The route does not take POST, or this path is that of another route. Is {option('path')} that of the "
            "receiver?"
        )


def _is_checked_as_a_form(seen: _Seen) -> Iterator[str]:
    if "csrf" in _refusals(seen):
        yield "The framework asked for a CSRF token, which no webhook has. Exempt the view: in Django @csrf_exempt."


def _is_refused_by_django(seen: _Seen) -> Iterator[str]:
    refusals = _refusals(seen)
    if "host" in refusals:
        yield (
            "Django refused the request before the view had it. Most often it does not know the host, which is "
            "testserver in process: add that to ALLOWED_HOSTS in the settings of the tests. Its logger django.security "
            "says what it was."
        )
    if "slash" in refusals:
        yield (
            "Django wants a slash at the end of the path, and cannot redirect a POST. Does "
            f"{option('path')} end with that slash?"
        )


def _is_of_another_type(seen: _Seen) -> Iterator[str]:
    if _all_answered(seen, 415):
        yield "The route does not take Content-Type: application/json, which is the only one that is sent (fact 1)."


def _is_not_verified(seen: _Seen) -> Iterator[str]:
    if not _all_answered(seen, 400, 401, 403) or _refusals(seen):
        return
    if not seen.signed:
        yield (
            "The webhooks were not signed, and the receiver seems to verify signatures. Pass "
            f"{option('secret')}, the same as the receiver's."
        )
        return
    answers = b" ".join(one.body.lower() for one in seen.observed)
    suggested = [question for words, question in _OF_SIGNATURES if any(word in answers for word in words)]
    for question in suggested or [question for _, question in _OF_SIGNATURES]:
        yield question.replace("{secret}", option("secret"))
    yield _LOGIN


def _has_no_effect(seen: _Seen) -> Iterator[str]:
    if all(one.is_accepted for one in seen.observed) and not any(one.changed for one in seen.observed):
        yield from names_mistaken([one.event for one in seen.observed])
        yield "Does it swallow errors, and answer 2xx all the same? Look at its log."


def _raises(seen: _Seen) -> Iterator[str]:
    for one in seen.observed:
        if one.exception is not None:
            yield from fields_read(one.exception, one.event.payload)


def _is_obstructed(seen: _Seen) -> Iterator[str]:
    yield from filter(None, (obstacle(one.exception) for one in seen.observed))


def _refusals(seen: _Seen) -> set[Refusal | None]:
    return {refusal_of(one.status, one.body) for one in seen.observed} - {None}


def _all_answered(seen: _Seen, *statuses: int | None) -> bool:
    return all(one.status in statuses for one in seen.observed)


_HEADER = (
    "Does the receiver read the header `steppay-signature`? It arrives in lower case, as `timestamp=...,key=...`, and "
    "may hold several keys, separated by `;`, of which one match is enough (fact 18)."
)
_SHARED = (
    "Does the receiver have a secret, and is it the one of {secret}? Receivers often take it from the environment: "
    "STEPPAY_WEBHOOK_SECRET (fact 32)."
)
_ENCODING = (
    "Does it compute the key as StepPay does: base64 of the raw HMAC-SHA256 of `<timestamp>.<body>`, not of its hex "
    "digest, with the secret as UTF-8 text (fact 18)?"
)
_RAW_BODY = (
    "Does it verify the raw body, before any parser (`express.raw()`, `await request.text()`)? JSON that was parsed "
    "and written again has other bytes (facts 18 and 34)."
)
_AGE = (
    "Does it refuse the time of the signature? That is when the webhook is sent, in seconds (fact 19): is the "
    "receiver's clock frozen, or does it read milliseconds?"
)
_LOGIN = "Or is it a login that the route asks for? A webhook brings none: exempt the route."

_WORDS_OF_WRONG = (b"invalid", b"mismatch", b"match", b"bad signature", b"verif")
_OF_SIGNATURES: tuple[tuple[tuple[bytes, ...], str], ...] = (
    ((b"missing", b"no signature", b"not found", b"required", b"header", b"absent"), _HEADER),
    ((b"secret", b"configured"), _SHARED),
    (_WORDS_OF_WRONG, _ENCODING),
    (_WORDS_OF_WRONG, _RAW_BODY),
    ((b"expired", b"too old", b"tolerance", b"timestamp", b"stale", b"replay"), _AGE),
)
"""Words of an answer, and what they suggest."""

_OF_RULES = (*range(300, 400), 415)
"""Statuses about which a rule above says more."""

_RULES: tuple[Callable[[_Seen], Iterator[str]], ...] = (
    _is_obstructed,
    _raises,
    _is_moved,
    _is_never_answered,
    _is_answered_before_the_receiver,
    _is_at_another_path,
    _is_checked_as_a_form,
    _is_refused_by_django,
    _is_of_another_type,
    _is_not_verified,
    _has_no_effect,
)
