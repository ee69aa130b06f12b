"""Causes that show in a receiver that reads back from the REST API."""

from __future__ import annotations

from steppay_mock.conformance.causes.cause import Cause, named

CAUSES: tuple[Cause, ...] = (
    Cause(
        name="writes-what-it-could-not-read",
        family="read-back",
        harm="wrong",
        summary="It asks the REST API, and where that does not answer it writes what the webhook says.",
        cure="Answer 503 where the API gave no 200 and no 404, and write nothing. The objects of the API are not those "
        "of the webhooks (fact 38): a row that is made of a webhook has other values, and stays when the API answers "
        "again.",
        facts=(27, 37, 38),
        shows=lambda seen: (
            seen.failed("read-back/api-fails", tag="written") or seen.failed("read-back/token-refused", tag="written")
        ),
        explains=lambda one: named("read-back", tag="unread")(one) or named("read-back/sent-again")(one),
    ),
    Cause(
        name="loses-what-it-cannot-read",
        family="read-back",
        harm="lost",
        summary="It answers 2xx where the REST API told it nothing, and the event is lost.",
        cure="Answer 503 where the API gave no 200 and no 404, or keep the webhook and read again later. After a 2xx "
        "nobody sends it again; a failed delivery shows in the portal, and a manager can resend it (facts 22 and 23).",
        facts=(22, 23, 27, 37),
        shows=lambda seen: (
            seen.failed("read-back/api-fails", tag="unread") or seen.failed("read-back/token-refused", tag="unread")
        ),
        explains=named("read-back", tag="unread"),
    ),
    Cause(
        name="keeps-older-answers",
        family="read-back",
        harm="access",
        summary="It keeps what the REST API said before, and says no more.",
        cure="Read at each webhook, also about what is stored already, and write the whole row: to merge keeps values "
        "that have become null.",
        facts=(5, 27),
        shows=lambda seen: seen.failed("read-back/replaces-rows"),
        explains=named(
            "read-back/replaces-rows",
            "duplicate/false-dedupe",
            "order/stale-overwrite",
            "order/resurrection",
            "order/orphan-update-lost",
            "order/lost-update",
            "order/order-dependence",
            "tie/tie-flip",
            "truth/wrong-in-every-order",
            "truth/as-the-store-says",
        ),
    ),
    Cause(
        name="fails-on-what-is-gone",
        family="read-back",
        harm="lost",
        summary="It refuses a webhook about a thing that the REST API does not have any more.",
        cure="Take 404 as the answer that the thing is gone: delete its row, and answer 2xx.",
        facts=(27,),
        shows=lambda seen: seen.failed("read-back/gone", tag="gone"),
        explains=named(
            "read-back/gone",
            "unknown-event/every-type",
            "order/refused",
            "order/order-dependent-rejection",
            "overlap/rejection-in-flight",
        ),
    ),
)
"""Causes of the family ``read-back``."""
