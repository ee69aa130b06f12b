"""Other forms of a webhook that a receiver may expect by mistake, and what it means if it accepts one of them.

They are tried only where the receiver refuses the right form, or does nothing with it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from steppay_mock.conformance.mistaken_keys import ALPHABETS, KEYS, MistakenKey
from steppay_mock.delivery.faults.draft import SIGNATURE, as_drafted, with_header
from steppay_mock.delivery.faults.json_forms import escaped
from steppay_mock.payload.event import Event
from steppay_mock.wire.signature import sign

if TYPE_CHECKING:
    from steppay_mock.delivery.faults import RequestDraft
    from steppay_mock.delivery.request import Request

HEADERS = (
    "x-steppay-signature",
    "steppay-webhook-signature",
    "x-steppay-webhook-signature",
    "steppay-hmac-sha256",
    "x-webhook-signature",
    "x-signature",
    "signature",
    "webhook-signature",
    "x-hub-signature-256",
    "authorization",
)
"""Names that receivers are seen, or likely, to look for (fact 55)."""
EVENT_NAMES = ("eventType", "type", "event_type", "eventName", "webhookType", "name")
"""Fields that are read in place of ``event`` (fact 55)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MistakenForm:
    """One other form: its name as the name of a finding, and the sentence and the cure if a receiver expects it."""

    name: str
    means: str
    cure: str
    facts: tuple[int, ...]
    make: Callable[[RequestDraft, Event], Request]


_RAW = (
    "Verify the bytes as they arrived, before any parser: request.get_data() in Flask, request.body in Django, await "
    "request.body() in FastAPI, express.raw({type: 'application/json'}) in Express, await request.text() in Next.js."
)


def signature_forms() -> Iterator[MistakenForm]:
    """Forms of signature and body, the most likely first."""
    yield from _key_forms(ALPHABETS)
    yield MistakenForm(
        name="reads-another-encoding",
        means="It reads the body in another encoding than UTF-8, or takes its letters for its bytes: it accepts a body "
        "in ASCII, and refuses one with Hangul.",
        cure=_RAW,
        facts=(1, 18),
        make=lambda draft, _event: signed(draft, escaped(draft.body)),
    )
    for written, how in (
        (lambda told: json.dumps(told, ensure_ascii=False, separators=(",", ":")), "as JSON.stringify writes it"),
        (json.dumps, "as json.dumps writes it"),
        (lambda told: json.dumps(told, ensure_ascii=False), "as json.dumps writes it with ensure_ascii=False"),
        (lambda told: json.dumps(told, separators=(",", ":")), "compact, with every letter beyond ASCII escaped"),
        (lambda told: json.dumps(told, ensure_ascii=False, separators=(",", ":"), sort_keys=True), "with sorted keys"),
    ):
        yield MistakenForm(
            name="verifies-re-serialised-body",
            means=f"It verifies a body that was parsed and written again, {how}, and not the bytes that arrived.",
            cure=_RAW,
            facts=(18, 34),
            make=_rewritten(written),
        )
    for header in HEADERS:
        yield MistakenForm(
            name="looks-for-another-header",
            means=f"It looks for the signature in the header {header!r}. StepPay sends 'steppay-signature'.",
            cure="Read the header steppay-signature; the names of headers have no capitals on the way (fact 21).",
            facts=(18, 21),
            make=_in_header(header),
        )
    yield from _key_forms(KEYS)
    yield MistakenForm(
        name="refuses-what-is-signed",
        means="It accepts a webhook without a signature, and refuses the signed one.",
        cure=KEYS[0].cure,
        facts=(18,),
        make=lambda draft, _event: as_drafted(draft, headers=with_header(draft.headers, SIGNATURE)),
    )


def event_forms() -> Iterator[MistakenForm]:
    """Forms of the envelope, the most likely first."""
    for name in EVENT_NAMES:
        yield MistakenForm(
            name=f"reads-{name}",
            means=f"It reads the event type from {name!r}. StepPay sends it as 'event'.",
            cure=f"Read body['event'], not body['{name}'].",
            facts=(2, 55),
            make=_with_field(name),
        )
    yield MistakenForm(
        name="reads-data-id",
        means="It reads data.id where the object calls its id otherwise, such as subscriptionId or paymentId.",
        cure="Read data.subscriptionId of a subscription, data.paymentId of a payment, data.id of an order (fact 15).",
        facts=(15, 55),
        make=_with_id,
    )
    yield MistakenForm(
        name="skips-tests",
        means="It does something with webhooks of tests only: with isTest true.",
        cure="Take webhooks whose isTest is false; that is what StepPay sends (fact 35).",
        facts=(35,),
        make=lambda draft, event: _sent(draft, event, {**event.payload, "isTest": True}),
    )


def _key_forms(keys: Iterable[MistakenKey]) -> Iterator[MistakenForm]:
    for one in keys:
        yield MistakenForm(
            name=one.name, means=one.means, cure=one.cure, facts=(18, 20), make=_with_signature(one.write)
        )


def _sent(draft: RequestDraft, event: Event, payload: dict[str, Any]) -> Request:
    body = Event(payload, form=event.form).body
    return signed(draft, body)


def signed(draft: RequestDraft, body: bytes) -> Request:
    """The request with these bytes, signed over them if the draft is signed."""
    headers = with_header(draft.headers, "content-length", str(len(body)))
    if draft.secrets is not None:
        headers = with_header(headers, SIGNATURE, sign(body, draft.secrets, timestamp=draft.timestamp))
    return as_drafted(draft, body=body, headers=headers)


def _rewritten(write: Callable[[Any], str]) -> Callable[[RequestDraft, Event], Request]:
    return lambda draft, event: signed(draft, write(event.payload).encode())


def _with_field(name: str) -> Callable[[RequestDraft, Event], Request]:
    return lambda draft, event: _sent(draft, event, {**event.payload, name: event.payload["event"]})


def _with_id(draft: RequestDraft, event: Event) -> Request:
    data = event.data
    named = next((data[name] for name in ("subscriptionId", "paymentId", "priceCode", "code") if name in data), 1)
    return _sent(draft, event, {**event.payload, "data": {"id": named, **data}})


def _in_header(name: str) -> Callable[[RequestDraft, Event], Request]:
    def make(draft: RequestDraft, _event: Event) -> Request:
        value = dict(draft.headers).get(SIGNATURE, "")
        return as_drafted(draft, headers=with_header(with_header(draft.headers, SIGNATURE), name, value))

    return make


def _with_signature(write: Callable[[RequestDraft], str]) -> Callable[[RequestDraft, Event], Request]:
    return lambda draft, _event: as_drafted(draft, headers=with_header(draft.headers, SIGNATURE, write(draft)))
