"""Causes that show in several deliveries: copies, ties, orders."""

from __future__ import annotations

from steppay_mock.conformance.causes.cause import Cause, named

_ONCE = (
    "Store a hash of each body in the transaction that has the effect, under a unique constraint, and skip a body that "
    "is stored: an event has no id (fact 4), and a manager can send it again (fact 22)."
)
_OF_PARTS = frozenset({"part", "amount"})
_OF_AMOUNTS = frozenset({"part", "amount", "payment-amount"})
_OLD = frozenset({"old", "refund", "part", "amount"})

CAUSES: tuple[Cause, ...] = (
    Cause(
        name="counts-copies-again",
        family="duplicate",
        harm="money",
        summary="It counts a second copy of a webhook again.",
        cure=_ONCE,
        facts=(4, 22),
        shows=lambda seen: seen.failed("duplicate/copy-counts-once"),
        explains=lambda one: (
            "twice" in one.judgement.tags
            or one.check.full_name in {"duplicate/double-effect", "overlap/double-effect-in-flight"}
        ),
    ),
    Cause(
        name="forgets-copies",
        family="duplicate",
        harm="money",
        summary="It forgets what it has seen: a copy that comes later counts again.",
        cure="Remember all bodies for months, not the last ones and not those of the last hours. " + _ONCE,
        facts=(4, 22),
        shows=lambda seen: any(
            seen.failed(f"duplicate/{one}") for one in ("later-copy-counts-once", "copy-after-many", "copy-a-day-later")
        ),
        explains=lambda one: "twice" in one.judgement.tags or one.check.full_name == "duplicate/double-effect",
    ),
    Cause(
        name="refuses-copies",
        family="duplicate",
        harm="lost",
        summary="It refuses a second copy of a webhook.",
        cure="Answer 2xx to a copy, and do nothing: a unique constraint that is violated is no error here.",
        facts=(22,),
        shows=lambda seen: seen.failed("duplicate/copy-accepted"),
        explains=named(
            "duplicate/copy-accepted",
            "order/order-dependent-rejection",
            "overlap/rejection-in-flight",
            "connection/answer-lost",
        ),
    ),
    Cause(
        name="takes-two-events-for-one",
        family="tie",
        harm="lost",
        summary="It drops an event because another one has the same key.",
        cure="Use a hash of the whole body as the key. Type and second, or type, id and second, are the same for "
        "different events (facts 4 and 6).",
        facts=(4, 6, 55),
        shows=lambda seen: seen.failed("tie/two-of-one-second") or seen.failed("duplicate/later-update-is-no-copy"),
        explains=named(
            "tie/two-of-one-second",
            "duplicate/later-update-is-no-copy",
            "duplicate/false-dedupe",
            "tie/tie-flip",
            "order/earlier-of-another",
            "truth/as-the-store-says",
            "truth/refund-takes-back",
            "truth/second-refund",
        ),
    ),
    Cause(
        name="has-one-guard-for-all",
        family="order",
        harm="lost",
        summary="An event about another thing makes it drop one that happened earlier.",
        cure="Keep the timestamp of the last event with each row, not one for all rows: a late event about one thing "
        "is new for that thing.",
        facts=(5,),
        shows=lambda seen: seen.failed("order/earlier-of-another"),
        explains=named("order", "duplicate/false-dedupe"),
    ),
    Cause(
        name="loses-a-second-refund",
        family="truth",
        harm="money",
        summary="It takes the first refund of a payment, and not the second one.",
        cure="Write what each payment.canceled says over what an earlier one wrote: a payment that has "
        "PARTIAL_CANCELED can be refunded again, and cancel.canceledAmount is the sum of all refunds so far.",
        facts=(29, 43),
        shows=lambda seen: (
            seen.failed("truth/second-refund", tag="lost") and not seen.failed("truth/as-the-store-says", tag="old")
        ),
        explains=lambda one: (
            named("truth/second-refund", "duplicate/false-dedupe", "order/refused")(one)
            or (one.check.full_name == "truth/as-the-store-says" and one.judgement.tags <= _OF_PARTS)
        ),
    ),
    Cause(
        name="adds-refunds-up",
        family="truth",
        harm="money",
        summary="It counts each cancel.canceledAmount in full, though that is the sum of all refunds so far.",
        cure="Write cancel.canceledAmount over what an earlier refund of the payment wrote, or count what it has more "
        "than the last one.",
        facts=(29,),
        shows=lambda seen: seen.failed("truth/second-refund", tag="twice"),
        explains=lambda one: (
            named("truth/second-refund")(one)
            or (one.check.full_name == "truth/as-the-store-says" and one.judgement.tags <= _OF_AMOUNTS)
        ),
    ),
    Cause(
        name="keeps-old-values",
        family="truth",
        harm="access",
        summary="It never writes what a later event says.",
        cure="Update the row with each event that is newer, also where its status is UNPAID or COMPLETE: those are not "
        "the end (facts 24 and 29).",
        facts=(24, 29),
        shows=lambda seen: (
            seen.failed("truth/as-the-store-says", "duplicate/false-dedupe")
            or (seen.failed("truth/as-the-store-says", tag="old") and seen.failed("truth/second-refund", tag="lost"))
        ),
        explains=lambda one: (
            named("duplicate/false-dedupe", "tie/tie-flip", "truth/refund-takes-back", "truth/second-refund")(one)
            or (one.check.full_name == "truth/as-the-store-says" and one.judgement.tags <= _OLD)
        ),
    ),
    Cause(
        name="ignores-refunds",
        family="truth",
        harm="money",
        summary="It does nothing when a payment is refunded.",
        cure="Handle payment.canceled: store its status and cancel.canceledAmount, and take back what "
        "payment.completed gave. If it is meant to stay, register for payment.completed alone.",
        facts=(29,),
        shows=lambda seen: (
            seen.failed("truth/refund-takes-back") or seen.failed("truth/as-the-store-says", tag="refund")
        ),
        explains=lambda one: (
            named("truth/refund-takes-back", "truth/partial-refund")(one)
            or (one.check.full_name == "truth/as-the-store-says" and one.judgement.tags <= {"refund", "amount"})
        ),
    ),
    Cause(
        name="last-arrival-wins",
        family="order",
        harm="access",
        summary="An older event that arrives late overwrites a newer one.",
        cure="Store with each row the timestamp of the last event that was applied, and write only newer events; in a "
        "tie decide by the content (facts 5 and 6). Or read the current state from the REST API (fact 27).",
        facts=(5, 6, 27),
        shows=lambda seen: (
            sum(seen.failed(one) for one in ("order/stale-overwrite", "order/resurrection", "tie/tie-flip")) > 1
        ),
        explains=named("order/stale-overwrite", "order/resurrection", "tie/tie-flip", "order/order-dependence"),
    ),
    Cause(
        name="drops-early-updates",
        family="order",
        harm="lost",
        summary="It drops what comes before the first event about its thing.",
        cure="Create the row from the event that arrives first (an upsert), and keep a tombstone for what was deleted.",
        facts=(5, 23),
        shows=lambda seen: seen.failed("order/orphan-update-lost"),
        explains=named("order/orphan-update-lost", "order/resurrection", "order/order-dependence"),
    ),
    Cause(
        name="refuses-early-updates",
        family="order",
        harm="lost",
        summary="It refuses what comes before the first event about its thing.",
        cure="Answer 2xx and keep the event until its row exists, or create the row from it: no retries are "
        "documented.",
        facts=(5, 23),
        shows=lambda seen: (
            seen.failed("order/order-dependent-rejection") or seen.failed("unknown-event/every-type", tag="early")
        ),
        explains=named("order/order-dependent-rejection", "unknown-event/every-type", "order/order-dependence"),
    ),
)
"""Causes of the families about several deliveries."""
