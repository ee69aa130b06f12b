"""Finds likely causes in the answers of the receiver to the events in the original order.

Each sentence names one likely cause and where to look. No text of an answer is repeated: it may contain a secret.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from steppay_mock.delivery.answer import Answer
from steppay_mock.delivery.explain import RAW_BODY
from steppay_mock.delivery.in_process.frameworks import Refusal, refusal_of
from steppay_mock.delivery.in_process.obstacles import obstacle
from steppay_mock.delivery.next_step import step_for_status, step_without_answer
from steppay_mock.ordering.face import option
from steppay_mock.ordering.report.fields_read import fields_read

if TYPE_CHECKING:
    from steppay_mock.delivery.failure import Failure
    from steppay_mock.payload.event import Event

_MOST = 8  # sentences


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """One delivery: the event, the answer, what the app raised, and whether the state changed."""

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
    """The likely causes, the most likely first; none if the answers suggest none. ``signed``: with ``secret=``."""
    if not observed:
        return ()
    seen = _Seen(tuple(observed), signed)
    found = [sentence for rule in _RULES for sentence in rule(seen)]
    return tuple(dict.fromkeys(found))[:_MOST]


def _is_moved(seen: _Seen) -> Iterator[str]:
    if _all_answered(seen, 301, 302, 307, 308):
        yield (
            f"Every event was redirected, and a redirect is not followed. Does {option('path')} end like the route, "
            "with or without a trailing slash? Does the receiver redirect http:// to https://? An app in process has "
            "no https: set SECURE_SSL_REDIRECT = False in Django's settings for tests."
        )


def _is_never_answered(seen: _Seen) -> Iterator[str]:
    if _all_answered(seen, None) and (step := step_without_answer({one.failure for one in seen.observed})):
        yield step


def _is_answered_before_the_receiver(seen: _Seen) -> Iterator[str]:
    (status, *others) = {one.status for one in seen.observed}
    if others or status is None or status // 100 == 3:  # the rule about redirects says more than the step for theirs
        return
    if (step := step_for_status(status)) is not None:
        yield step


def _is_at_another_path(seen: _Seen) -> Iterator[str]:
    if _all_answered(seen, 404):
        yield f"No route answers at this path. Is {option('path')} the path of the receiver, with its prefix?"
    if _all_answered(seen, 405):
        yield (
            f"The route does not take POST, or another route has this path. Is {option('path')} the path of the "
            "receiver?"
        )


def _is_checked_as_a_form(seen: _Seen) -> Iterator[str]:
    if "csrf" in _refusals(seen):
        yield "The framework asked for a CSRF token, which no webhook has. Exempt the view: in Django by @csrf_exempt."


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
            f"{option('path')} end with a slash?"
        )


def _is_not_verified(seen: _Seen) -> Iterator[str]:
    if not _all_answered(seen, 400, 401, 403) or _refusals(seen):
        return
    if not seen.signed:
        yield (
            "The webhooks were not signed, and the receiver seems to verify signatures. Pass "
            f"{option('secret')} with the secret of the receiver."
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
        yield "Does it swallow errors and answer 2xx anyway? Read its log."


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
    "Does the receiver read the header `steppay-signature`? Its name arrives in lower case, its value is "
    "`timestamp=...,key=...`. It may hold several keys, separated by `;`: one match is enough (fact 18)."
)
_SHARED = (
    "Does the receiver have a secret, and is it the same as {secret}? Receivers often read it from the environment "
    "variable STEPPAY_WEBHOOK_SECRET (fact 32)."
)
_ENCODING = (
    "Does it compute the key as StepPay does: base64 of the raw HMAC-SHA256 of `<timestamp>.<body>`, not of its hex "
    "digest, with the secret as UTF-8 text (fact 18)?"
)
_AGE = (
    "Does it refuse the timestamp of the signature? That is the time of sending, in seconds (fact 19). Is the "
    "receiver's clock frozen, or does it expect milliseconds?"
)
_LOGIN = "Or does the route ask for a login? A webhook has none: exempt the route."

_WORDS_OF_WRONG = (b"invalid", b"mismatch", b"match", b"bad signature", b"verif")
_OF_SIGNATURES: tuple[tuple[tuple[bytes, ...], str], ...] = (
    ((b"missing", b"no signature", b"not found", b"required", b"header", b"absent"), _HEADER),
    ((b"secret", b"configured"), _SHARED),
    (_WORDS_OF_WRONG, _ENCODING),
    (_WORDS_OF_WRONG, RAW_BODY),
    ((b"expired", b"too old", b"tolerance", b"timestamp", b"stale", b"replay"), _AGE),
)
"""Words in an answer, and the question that they suggest."""

# The order of the sentences: what the test or the app says itself comes before what a status suggests.
_RULES: tuple[Callable[[_Seen], Iterator[str]], ...] = (
    _is_obstructed,
    _raises,
    _is_moved,
    _is_never_answered,
    _is_answered_before_the_receiver,
    _is_at_another_path,
    _is_checked_as_a_form,
    _is_refused_by_django,
    _is_not_verified,
    _has_no_effect,
)


# Fields that are often mistaken for another, as seen in real receivers.

_LOCAL_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?")


@dataclass(frozen=True, slots=True)
class _Mistake:
    """For types with this beginning: the field to read, the field that does not exist, and the fact that says so."""

    beginning: str
    right: str
    wrong: str
    fact: str
    more: str = ""


_MISTAKES = (
    _Mistake("subscription.usage.", "subscriptionItemId", "subscriptionId", "fact 15"),
    _Mistake("subscription.", "subscriptionId", "id", "fact 15", " The item's `subscriptionItemId` is another number."),
    _Mistake("payment.", "paymentId", "id", "fact 15"),
    _Mistake("payment.", "orderId", "orderCode", "fact 14", " It is a text, where an order's `id` is a number."),
    _Mistake("order.", "id", "orderId", "fact 15"),
    _Mistake("invoice.", "id", "invoiceId", "fact 15"),
    _Mistake("customer.", "id", "customerId", "fact 15"),
    _Mistake("product.price.", "priceCode", "id", "fact 15"),
    _Mistake("product.", "code", "id", "fact 15"),
)


def names_mistaken(events: Iterable[Event]) -> tuple[str, ...]:
    """A question for each field that may be mistaken for another, the most likely first.

    A question is asked only if the events have the right field and do not have the mistaken one.
    """
    return tuple(dict.fromkeys(_questions(list(events))))


def _questions(events: list[Event]) -> Iterator[str]:
    yield "Does the receiver read `event`, not `eventType` (fact 2)?"
    for mistake in _MISTAKES:
        if any(_fits(mistake, event) for event in events):
            yield f"Does it read `data.{mistake.right}`, not `data.{mistake.wrong}` ({mistake.fact})?{mistake.more}"
    if any(event.payload.get("isTest") is True for event in events):
        yield "Does it skip test events? These have isTest: true."
    if any(_has_a_time(event.payload.get("data")) for event in events):
        yield "Does it read times without a zone as Korean time? They are UTC (fact 10), so they look nine hours old."


def _fits(mistake: _Mistake, event: Event) -> bool:
    data = event.payload.get("data")
    begins = str(event.type).startswith(mistake.beginning)
    return begins and isinstance(data, dict) and mistake.right in data and mistake.wrong not in data


def _has_a_time(data: Any) -> bool:
    return isinstance(data, dict) and any(
        isinstance(value, str) and _LOCAL_TIME.fullmatch(value) for value in data.values()
    )
