"""Causes in how a receiver reads what a webhook has."""

from __future__ import annotations

from steppay_mock.conformance.causes.cause import Cause, named

_TOLERANT = (
    "Read the fields that you need, as fields that may be absent, and let all others be: extra='ignore' and a default "
    "of None in pydantic, nullish() in zod."
)
_OF_STATUSES = frozenset({"old", "other", "refund", "part", "payment-amount"})

CAUSES: tuple[Cause, ...] = (
    Cause(
        name="refuses-new-fields",
        family="unknown-field",
        harm="later",
        summary="It refuses a webhook with an unknown field.",
        cure=_TOLERANT,
        facts=(3,),
        shows=lambda seen: seen.count("unknown-field", tag="refused") > 1,
        explains=named("unknown-field", tag="refused"),
    ),
    Cause(
        name="refuses-new-values",
        family="unknown-enum",
        harm="later",
        summary="It refuses a webhook with an unknown value.",
        cure="Keep a status as text, and decide only by those that you know.",
        facts=(17, 56),
        shows=lambda seen: seen.count("unknown-enum", tag="refused") > 1,
        explains=named("unknown-enum", tag="refused"),
    ),
    Cause(
        name="refuses-other-types",
        family="unknown-event",
        harm="later",
        summary="It refuses event types that it does not use.",
        cure="Answer 2xx to an event type that you do not use, and do nothing.",
        facts=(22, 23),
        shows=lambda seen: seen.count("unknown-event", tag="refused") > 1,
        explains=named("unknown-event", tag="refused"),
    ),
    Cause(
        name="refuses-null",
        family="null",
        harm="lost",
        summary="It takes a field that is absent, and refuses one that is null.",
        cure=_TOLERANT,
        facts=(7,),
        shows=lambda seen: seen.count("null", tag="refused") > 0 and not seen.count("absent"),
        explains=named("null", tag="refused"),
    ),
    Cause(
        name="needs-what-may-be-absent",
        family="absent",
        harm="lost",
        summary="It needs a field that StepPay leaves out where it is null.",
        cure=_TOLERANT,
        facts=(7,),
        shows=lambda seen: seen.count("absent", tag="refused") + seen.count("null", tag="refused") > 1,
        explains=lambda one: (
            named("absent", "null", "empty", "unknown-event/new-type", "unknown-event/new-object", tag="refused")(one)
            or "some" in one.judgement.tags
        ),
    ),
    Cause(
        name="fails-on-empty-values",
        family="empty",
        harm="lost",
        summary="It fails on values that are empty.",
        cure="Read lists, texts and amounts as what may be empty or 0.",
        shows=lambda seen: seen.count("empty", tag="refused") > 1,
        explains=lambda one: named("empty", tag="refused")(one) or "some" in one.judgement.tags,
    ),
    Cause(
        name="reads-times-as-kst",
        family="timezone",
        harm="wrong",
        summary="It reads times as KST. StepPay sends UTC.",
        cure="Read a time without a zone as UTC: datetime.fromisoformat(text).replace(tzinfo=UTC) in Python, "
        "new Date(text + 'Z') in JavaScript.",
        facts=(10, 55),
        shows=lambda seen: seen.failed("timezone/utc", tag="kst"),
        explains=lambda one: "kst" in one.judgement.tags,
    ),
    Cause(
        name="takes-seconds-for-milliseconds",
        family="timezone",
        harm="wrong",
        summary="It takes the timestamp of the envelope for milliseconds: it is in seconds.",
        cure="Read it as seconds since the epoch: datetime.fromtimestamp(event['timestamp'], UTC) in Python, "
        "new Date(event.timestamp * 1000) in JavaScript.",
        facts=(2,),
        shows=lambda seen: seen.failed("timezone/utc", tag="millis"),
        explains=lambda one: "millis" in one.judgement.tags,
    ),
    Cause(
        name="reads-one-form-of-times",
        family="timezone",
        harm="lost",
        summary="It reads times of one form alone: the fraction of a time has 0 to 9 digits.",
        cure="Read times with datetime.fromisoformat in Python, new Date(text + 'Z') in JavaScript, "
        "LocalDateTime.parse in Java, and not by one format such as %S.%f.",
        facts=(9,),
        shows=lambda seen: seen.failed("timezone/fractions"),
        explains=lambda one: one.check.full_name == "timezone/fractions" or "some" in one.judgement.tags,
    ),
    Cause(
        name="keeps-ids-in-32-bits",
        family="big-id",
        harm="lost",
        summary="It keeps ids in 32 bits.",
        cure="Keep ids in 64 bits: BIGINT in SQL, long in Java.",
        facts=(13,),
        shows=lambda seen: seen.failed("big-id/beyond-32-bits", "big-id/beyond-2-53"),
        explains=lambda one: one.check.family == "big-id" and "text" not in one.judgement.tags,
    ),
    Cause(
        name="cuts-ids",
        family="big-id",
        harm="wrong",
        summary="It cuts ids to 32 bits: two things with the same lower bits become one.",
        cure="Keep ids in 64 bits: BIGINT in SQL, long in Java. In JavaScript the operators & | ~ << cut to 32 bits: "
        "keep ids as text or as BigInt.",
        facts=(13,),
        shows=lambda seen: seen.count("big-id", tag="cut") > 0,
        explains=lambda one: one.check.family == "big-id" and "text" not in one.judgement.tags,
    ),
    Cause(
        name="keeps-ids-as-floats",
        family="big-id",
        harm="wrong",
        summary="It keeps ids as floats, which round beyond 2^53.",
        cure="Read ids as integers or as text: no float() and no parse_int=float, and BIGINT in SQL, not DOUBLE.",
        facts=(13,),
        shows=lambda seen: seen.count("big-id", tag="float") > 0,
        explains=lambda one: not one.judgement.tags.isdisjoint({"float", "rounded"}),
    ),
    Cause(
        name="rounds-ids",
        family="big-id",
        harm="wrong",
        summary="It rounds ids beyond 2^53, as a number of JavaScript does.",
        cure="Keep ids as text, as 64-bit integers or as BigInt, from a JSON parser that does not round.",
        facts=(13,),
        shows=lambda seen: seen.count("big-id", tag="rounded") > 0,
        explains=lambda one: "rounded" in one.judgement.tags,
    ),
    Cause(
        name="reads-an-id-that-is-not-there",
        family="truth",
        harm="wrong",
        summary="It reads the id of a thing from a field that the thing does not have.",
        cure="Read the id of each object by its name: subscriptionId of a subscription, paymentId of a payment, id of "
        "an order, a customer and an invoice, code of a product (fact 15).",
        facts=(15, 55),
        shows=lambda seen: (
            seen.failed("truth/two-things-are-two-rows") or seen.failed("truth/as-the-store-says", tag="null-id")
        ),
        explains=lambda one: (
            "null-id" in one.judgement.tags
            or named("truth/two-things-are-two-rows", "tie/two-of-one-second", "tie/tie-flip")(one)
            or named("order/earlier-of-another", "order/lost-update")(one)
        ),
    ),
    Cause(
        name="folds-statuses",
        family="truth",
        harm="access",
        summary="It stores a status under the name of another one.",
        cure="Keep the status as it was sent, and decide beside it what that means for access: PENDING_CANCEL is not "
        "yet CANCELED, PARTIAL_CANCELED has money left, UNPAID is not ACTIVE.",
        facts=(24, 29),
        shows=lambda seen: seen.failed("truth/each-status"),
        explains=lambda one: (
            named("truth/each-status")(one)
            or (one.check.full_name == "truth/as-the-store-says" and one.judgement.tags <= _OF_STATUSES)
        ),
    ),
)
"""Causes of the families about contents."""
