"""What the answers suggest is asked, in sentences that say where to look; where they suggest nothing, nothing is."""

from __future__ import annotations

import pytest

from steppay_mock import Event, EventType, make_event, scenario
from steppay_mock.delivery.failure import Failure
from steppay_mock.ordering.report.causes import Observed, causes, names_mistaken

SILENT = (300, 303, 304, 306, 309, 399, 500, None)
SWALLOWS = "Does it swallow errors and answer 2xx anyway? Read its log."
STORY = scenario("subscription-renewal-fails-then-recovers", seed=7)


def seen(status: int | None, body: bytes = b"", *, changed: bool = False, count: int = 3) -> list[Observed]:
    return [Observed(event=event, status=status, body=body, changed=changed) for event in STORY.events[:count]]


def asked(status: int, body: bytes = b"", *, signed: bool = True) -> str:
    return "\n".join(causes(seen(status, body), signed=signed))


@pytest.mark.parametrize(
    ("status", "told"),
    [(413, "takes no body of this size"), (429, "A limit on"), (502, "a proxy answered"), (504, "a proxy answered")],
)
def test_what_stands_before_the_receiver_is_named(status: int, told: str) -> None:
    assert told in asked(status)


@pytest.mark.parametrize(
    ("failure", "told"),
    [(Failure.CERTIFICATE, "its certificate is not trusted"), (Failure.BROKEN, "Something listens there")],
)
def test_where_nothing_is_answered_the_code_says_why(failure: Failure, told: str) -> None:
    observed = [Observed(event=event, status=None, error="-", failure=failure) for event in STORY.events[:2]]
    assert told in "\n".join(causes(observed, signed=True))


def test_what_was_accepted_and_changed_nothing_is_asked_for_the_names_it_reads() -> None:
    assert "Does the receiver read `event`, not `eventType` (fact 2)?" in asked(200)
    assert "Does it swallow errors" in asked(200)
    assert causes(seen(200, changed=True), signed=True) == ()


@pytest.mark.parametrize(
    ("kind", "question"),
    [
        ("subscription.updated", "Does it read `data.subscriptionId`, not `data.id` (fact 15)?"),
        ("subscription.usage.added", "Does it read `data.subscriptionItemId`, not `data.subscriptionId` (fact 15)?"),
        ("payment.completed", "Does it read `data.paymentId`, not `data.id` (fact 15)?"),
        ("payment.completed", "Does it read `data.orderId`, not `data.orderCode` (fact 14)?"),
        ("order.created", "Does it read `data.id`, not `data.orderId` (fact 15)?"),
        ("product.price.updated", "Does it read `data.priceCode`, not `data.id` (fact 15)?"),
        ("product.updated", "Does it read `data.code`, not `data.id` (fact 15)?"),
        ("payment.completed", "They are UTC (fact 10)"),
        ("payment.completed", "Does it skip test events?"),
    ],
)
def test_the_names_are_those_of_the_events_at_hand(kind: str, question: str) -> None:
    told = names_mistaken([make_event(kind, seed=7)])
    assert any(question in one for one in told)
    of_another = names_mistaken([make_event("cover.paused", seed=7)])
    assert [question in one for one in of_another] == [False, question == "Does it skip test events?"]


def test_no_name_is_asked_for_that_the_events_do_not_have() -> None:
    strange = Event.from_payload({"event": "payment.completed", "data": {"id": 1, "paymentId": 2}})
    assert names_mistaken([strange]) == ("Does the receiver read `event`, not `eventType` (fact 2)?",)
    assert len(names_mistaken([Event.from_payload({"event": "payment.completed", "data": None})])) == 1


@pytest.mark.parametrize("status", [400, 401, 403])
def test_what_was_refused_by_all_is_asked_for_its_signature(status: int) -> None:
    told = asked(status)
    for word in ("steppay-signature", "base64 of the raw HMAC", "secret=", "raw body", "a login"):
        assert word in told
    assert "not signed" in asked(status, signed=False)
    assert "base64" not in asked(status, signed=False)


@pytest.mark.parametrize(
    ("body", "word", "other"),
    [
        (b'{"detail": "Missing X-StepPay-Signature header"}', "steppay-signature", "base64"),
        (b"Invalid signature", "base64", "STEPPAY_WEBHOOK_SECRET"),
        (b"webhook secret is not configured", "STEPPAY_WEBHOOK_SECRET", "base64"),
        (b"timestamp too old", "clock", "base64"),
    ],
)
def test_what_the_answers_suggest_is_asked_alone(body: bytes, word: str, other: str) -> None:
    assert word in asked(401, body)
    assert other not in asked(401, body)


def test_no_answer_is_repeated_for_it_may_hold_a_secret() -> None:
    for status in (200, 400, 403, 404, 500):
        assert "whsec_x" not in asked(status, b"the secret is whsec_x")


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (301, b"", "trailing slash"),
        (302, b"", "trailing slash"),
        (307, b"", "trailing slash"),
        (308, b"", "trailing slash"),
        (404, b"Not Found", "path="),
        (405, b"", "POST"),
        (415, b"", "application/json"),
        (403, b"<h1>CSRF verification failed</h1>", "@csrf_exempt"),
    ],
)
def test_the_way_to_the_route_is_asked_for(status: int, body: bytes, words: str) -> None:
    (told,) = causes(seen(status, body), signed=True)
    assert words in told


def test_what_the_app_raised_is_told_by_the_fields_that_it_read() -> None:
    event = make_event("payment.completed", seed=7)
    try:
        event.payload["eventType"]
    except KeyError as error:
        observed = [Observed(event=event, status=500, exception=error)]
    (told,) = causes(observed, signed=True)
    assert told.endswith('reads "eventType", which no event of this type has: read "event".')


@pytest.mark.parametrize(
    "observed",
    [[], *map(seen, SILENT), [*seen(200), *seen(401)], [*seen(404), *seen(200)]],
)
def test_nothing_is_said_where_the_answers_suggest_nothing(observed: list[Observed]) -> None:
    changing = [Observed(event=one.event, status=one.status, changed=one.status == 200) for one in observed]
    assert causes(changing, signed=True) == ()


def test_each_sentence_ends_as_one() -> None:
    for status in (200, 301, 400, 404, 405, 415):
        assert all(sentence[-1] in ".?" for sentence in causes(seen(status), signed=True))
        assert len(causes(seen(status), signed=True)) <= 8


def test_the_most_likely_are_told_and_no_more() -> None:
    story = [make_event(kind, seed=7) for kind in EventType]
    observed = [Observed(event=event, status=204) for event in story]
    told = causes(observed, signed=True)
    assert len(names_mistaken(story)) > 8
    assert told == names_mistaken(story)[:8]
    few = [Observed(event=event, status=204) for event in story if event.type == "cover.paused"]
    assert causes(few, signed=True) == (*names_mistaken([one.event for one in few]), SWALLOWS)
