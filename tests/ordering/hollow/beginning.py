"""Pairs about how an order begins, and what its state rests on: resets that forget, probes that lie, chance."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from copy import deepcopy
from itertools import count
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any
from weakref import finalize

from ordering.hollow.copies import by_body
from ordering.hollow.pairs import DEPOSIT, FLAKY, REFUND, VACUOUS, Pair, Trial
from ordering.hollow.shop import Shop, Webhook, keep_payment, trial, wsgi

from steppay_mock import scenario
from steppay_mock.ordering.saving import saving_sqlite


def once(shop: Shop, hook: Webhook) -> None:
    """Right: keep what is not known by its body."""
    if by_body(hook) not in shop.known:
        shop.known.add(by_body(hook))
        keep_payment(shop, hook)


def emptied(*names: str) -> Trial:
    """A shop of which the reset empties only what is named."""
    shop = Shop()

    def reset() -> None:
        for name in names:
            getattr(shop, name).clear()

    return Trial(REFUND, wsgi(shop, once), {"state": shop.state, "reset": reset})


def filed(*, emptied: bool) -> Trial:
    """Remembers what it knows in files."""
    shop, folder = Shop(), Path(mkdtemp())

    def take(_shop: Shop, hook: Webhook) -> None:
        file = folder / by_body(hook)
        if not file.exists():
            file.touch()
            keep_payment(shop, hook)

    def reset() -> None:
        shop.reset()
        if emptied:
            rmtree(folder)
            folder.mkdir()

    return Trial(DEPOSIT, wsgi(shop, take), {"state": shop.state, "reset": reset})


def numbered(*, again: bool) -> Trial:
    """Gives each row a number of its own; ``again``: the numbers begin anew."""
    shop, numbers = Shop(), [count()]

    def take(_shop: Shop, hook: Webhook) -> None:
        keep_payment(shop, hook)
        if len(shop.rows) > len(shop.known):
            shop.known.add(next(numbers[0]))

    def reset() -> None:
        shop.reset()
        if again:
            numbers[0] = count()

    state = lambda: {**shop.rows, "numbers": set(shop.known)}  # noqa: E731 - one line says it
    return Trial(DEPOSIT, wsgi(shop, take), {"state": state, "reset": reset})


def saved(*, all_of_it: bool) -> Trial:
    """Rows in SQLite, and what is known in memory, which ``all_of_it`` brings back too."""
    database = sqlite3.connect(":memory:", check_same_thread=False)
    database.execute("CREATE TABLE payments (id INTEGER PRIMARY KEY, status TEXT)")
    shop, saving = Shop(), saving_sqlite(database)
    finalize(shop, database.close)

    def take(_shop: Shop, hook: Webhook) -> None:
        once(shop, hook)
        with database:
            database.executemany("INSERT OR REPLACE INTO payments VALUES (?, ?)", shop.rows.items())

    def state() -> Any:
        return dict(database.execute("SELECT id, status FROM payments").fetchall())

    def save() -> Any:
        return saving["save"](), deepcopy((shop.rows, shop.known))

    def restore(was: Any) -> None:
        saving["restore"](was[0])
        if all_of_it:
            shop.rows, shop.known = deepcopy(was[1])

    return Trial(DEPOSIT, wsgi(shop, take), {"state": state, "save": save, "restore": restore})


def fresh_apps(*, share: bool) -> Trial:
    """A factory whose apps share their rows, or have their own."""
    common = Shop()

    class App:
        def __init__(self) -> None:
            self.shop = common if share else Shop()

        def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            return wsgi(self.shop, keep_payment)(environ, start_response)

    return Trial(DEPOSIT, App, {"state": lambda app: app.shop.state()})


def tires(after: int) -> Trial:
    """Takes no more than so many webhooks in its life."""
    taken = count()

    def take(shop: Shop, hook: Webhook) -> None:
        if next(taken) < after:
            keep_payment(shop, hook)

    return trial(take, story=REFUND)


def remembers(*, forgets: bool) -> Trial:
    """A probe with a cache, which a webhook empties or not."""
    cache: list[Any] = []

    def take(shop: Shop, hook: Webhook) -> None:
        keep_payment(shop, hook)
        if forgets:
            cache.clear()

    def shows(shop: Shop) -> Any:
        cache[:] = cache or [shop.state()]
        return cache[0]

    made = trial(take, shows=shows)

    def reset() -> None:
        made.options["reset"]()
        cache.clear()

    return Trial(made.story, made.receiver, {**made.options, "reset": reset})


def seeded(*, known: bool) -> Trial:
    """Begins with an inbox of an earlier run, which knows the events."""
    shop = Shop()
    bodies = [event.body for event in scenario(DEPOSIT, seed=7)] if known else []

    def reset() -> None:
        shop.reset()
        shop.known.update(by_body(Webhook(body, {})) for body in bodies)

    return Trial(DEPOSIT, wsgi(shop, once), {"state": shop.state, "reset": reset})


def queued(**options: Any) -> Trial:
    """Answers, and leaves the work to a queue; ``settle`` may work it off."""
    shop = Shop()

    def take(_shop: Shop, hook: Webhook) -> None:
        shop.later.append(lambda: keep_payment(shop, hook))

    if options.get("settle"):
        options["settle"] = shop.work_off
    return Trial(DEPOSIT, wsgi(shop, take), {"state": shop.state, "reset": shop.reset, **options})


def stamped(**options: Any) -> Trial:
    """Gives each payment a number that no two runs have alike."""
    drawn = count(1)

    def take(shop: Shop, hook: Webhook) -> None:
        if hook.event.startswith("payment.") and hook.data["paymentId"] not in shop.rows:
            shop.rows[hook.data["paymentId"]] = {"receipt": next(drawn), "paid_amount": hook.data["paidAmount"]}
        if hook.event.startswith("order."):
            shop.rows["orders"] = 1

    return trial(take, **options)


PAIRS = (
    Pair(
        "reset forgets a cache",
        "What it knows outlives the reset, so only the first order is delivered to an empty shop.",
        FLAKY,
        lambda: emptied("rows"),
        lambda: emptied("rows", "known"),
    ),
    Pair(
        "reset does nothing",
        "The rows of the last order are there when the next one begins.",
        FLAKY,
        emptied,
        lambda: emptied("rows", "known"),
    ),
    Pair(
        "reset forgets files",
        "It remembers in files, which no reset of a database empties.",
        FLAKY,
        lambda: filed(emptied=False),
        lambda: filed(emptied=True),
    ),
    Pair(
        "reset forgets a sequence",
        "The numbers of rows go on from order to order.",
        FLAKY,
        lambda: numbered(again=False),
        lambda: numbered(again=True),
    ),
    Pair(
        "restore forgets memory",
        "The database is brought back, and a set in memory is not.",
        FLAKY,
        lambda: saved(all_of_it=False),
        lambda: saved(all_of_it=True),
    ),
    Pair(
        "fresh apps share a global",
        "Each app that the factory makes has the rows of the others.",
        FLAKY,
        lambda: fresh_apps(share=True),
        lambda: fresh_apps(share=False),
    ),
    Pair(
        "tires",
        "After a hundred webhooks it does nothing any more.",
        FLAKY,
        lambda: tires(100),
        lambda: tires(1_000_000),
    ),
    Pair(
        "probe with a cache",
        "The probe shows what it saw first.",
        VACUOUS,
        lambda: remembers(forgets=False),
        lambda: remembers(forgets=True),
    ),
    Pair(
        "inbox of an earlier run",
        "All events are known before the first order, so none has an effect.",
        VACUOUS,
        lambda: seeded(known=True),
        lambda: seeded(known=False),
    ),
    Pair(
        "queue after 200",
        "It answers and works later, and nobody waits for that.",
        VACUOUS,
        queued,
        lambda: queued(settle=True),
    ),
    Pair(
        "random number",
        "Each row gets a number that no second run gives.",
        FLAKY,
        stamped,
        lambda: stamped(ignore=["receipt"]),
    ),
)
