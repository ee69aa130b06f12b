"""Pairs about what is done with an event at all: nothing, a refusal, an error after the answer."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from hashlib import sha256
from threading import Thread
from typing import Any

from ordering.hollow.pairs import REFUND, REFUSED, UNCOMPARED, VACUOUS, Pair, Told, Trial
from ordering.hollow.shop import Shop, Take, Webhook, asgi, keep_payment, trial, wsgi


def reads_another_name(shop: Shop, hook: Webhook) -> None:
    if str(hook.told.get("eventType")).startswith("payment."):
        keep_payment(shop, hook)


def refuses_a_type(shop: Shop, hook: Webhook) -> int | None:
    if hook.event == "payment.canceled":
        return 400
    keep_payment(shop, hook)
    return None


def skips_tests(shop: Shop, hook: Webhook) -> None:
    shop.rows.setdefault("inbox", set()).add(sha256(hook.body).hexdigest())
    if not hook.told["isTest"]:
        keep_payment(shop, hook)


def takes_tests(shop: Shop, hook: Webhook) -> None:
    shop.rows.setdefault("inbox", set()).add(sha256(hook.body).hexdigest())
    keep_payment(shop, hook)


class _Closing(list[bytes]):
    """A body whose end raises, as a teardown of the framework's does."""

    def close(self) -> None:
        raise KeyError("cancel")


def _ends_badly() -> Iterator[bytes]:
    yield b""
    raise KeyError("cancel")


def with_body(body: type[list[bytes]] | Any) -> Trial:
    """A shop whose answer to a refund has that body."""
    shop = Shop()
    plain = wsgi(shop, keep_payment)

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        before = dict(shop.rows)
        sent = plain(environ, start_response)
        return body() if "CANCELED" in {*shop.rows.values()} - {*before.values()} else sent

    return Trial(REFUND, app, {"state": shop.state, "reset": shop.reset})


def after_the_answer(work: Take) -> Trial:
    """An ASGI shop that keeps the payment, answers, and goes on with the work in a task that nobody awaits."""
    shop = Shop()
    running: set[asyncio.Task[None]] = set()

    async def go_on(hook: Webhook) -> None:
        work(shop, hook)

    async def take(_shop: Shop, hook: Webhook) -> None:
        keep_payment(shop, hook)
        task = asyncio.create_task(go_on(hook))
        running.add(task)
        task.add_done_callback(running.discard)

    return Trial(REFUND, asgi(shop, take), {"state": shop.state, "reset": shop.reset})


def in_a_thread(work: Take) -> Trial:
    """A shop that keeps the payment, answers, and goes on with the work in a thread."""
    threads: list[Thread] = []

    def take(shop: Shop, hook: Webhook) -> None:
        keep_payment(shop, hook)
        threads.append(Thread(target=work, args=(shop, hook)))
        threads[-1].start()

    def join() -> None:
        while threads:
            threads.pop().join()

    return trial(take, story=REFUND, settle=join)


def sends_mail(_shop: Shop, hook: Webhook) -> None:
    if hook.event == "payment.canceled":
        raise LookupError("no template for a refund")


def sends_no_mail(_shop: Shop, _hook: Webhook) -> None:
    """All went well."""


PAIRS = (
    Pair(
        "reads another name",
        "It looks for `eventType`, which StepPay does not send, so nothing ever changes.",
        VACUOUS,
        lambda: trial(reads_another_name),
        lambda: trial(keep_payment),
    ),
    Pair(
        "refuses a type",
        "It answers 400 to every refund: the end is the same in every order, and refunds are lost.",
        REFUSED,
        lambda: trial(refuses_a_type, story=REFUND),
        lambda: trial(keep_payment, story=REFUND),
    ),
    Pair(
        "raises in close",
        "It raises in close(), after its answer was sent.",
        REFUSED,
        lambda: with_body(_Closing),
        lambda: with_body(list),
    ),
    Pair(
        "raises in the body",
        "It raises while its body is sent, after the status 204.",
        REFUSED,
        lambda: with_body(_ends_badly),
        lambda: with_body(list),
    ),
    Pair(
        "raises in a task",
        "Its work goes on in a task that nobody awaits, and raises there.",
        Told("proved", note="A task of the receiver raised LookupError after the answer"),
        lambda: after_the_answer(sends_mail),
        lambda: after_the_answer(sends_no_mail),
    ),
    Pair(
        "raises in a thread",
        "Its work goes on in a thread, and raises there.",
        Told("proved", note="A thread of the receiver raised LookupError after the answer"),
        lambda: in_a_thread(sends_mail),
        lambda: in_a_thread(sends_no_mail),
    ),
    Pair(
        "skips tests",
        "It fills its inbox and does nothing else, for `isTest` is true: each event changes the state.",
        UNCOMPARED,
        lambda: trial(skips_tests),
        lambda: trial(takes_tests),
    ),
)
