"""Small shops, each with one mistake: what it does with a webhook is one function. Its name says the mistake."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ordering.zoo.guarded import Guarded
from ordering.zoo.shop import Envelope, fingerprint
from ordering.zoo.webhook import about, row_of, status_of, version_of

Take = Callable[["MistakenShop", Envelope], int | None]
"""Takes a webhook, and gives a status other than 204."""


class MistakenShop(Guarded):
    """A shop that takes a webhook as the function says."""

    def __init__(self, take: Take) -> None:
        super().__init__()
        self._take = take

    def handle(self, envelope: Envelope) -> int:
        return self._take(self, envelope) or 204

    def guard(self, envelope: Envelope) -> None:
        """Right: write what the webhook says if it is newer than what is known."""
        self.write(*about(envelope), version_of(envelope), self.row(envelope))

    def put(self, envelope: Envelope) -> None:
        """Wrong: write what the webhook says, whatever is known."""
        table, key = about(envelope)
        row = self.row(envelope)
        if row is None:
            self.rows(table).pop(key, None)
        else:
            self.rows(table)[key] = row

    def knows(self, envelope: Envelope) -> bool:
        """Whether there is a row of the thing that the webhook is about."""
        table, key = about(envelope)
        return key in self.rows(table)

    def meets_key(self, key: str) -> bool:
        """Whether the key was never met before."""
        keys = self.note("keys")
        new = key not in keys
        keys[key] = True
        return new


def _kind(envelope: Envelope) -> str:
    return str(envelope["event"])


# Answers.


def refuses_failed_payments(shop: MistakenShop, envelope: Envelope) -> int | None:
    if _kind(envelope) == "payment.failed":
        return 400
    shop.guard(envelope)
    return None


def refuses_updates_of_the_unknown(shop: MistakenShop, envelope: Envelope) -> int | None:
    if not _kind(envelope).endswith((".created", ".deleted")) and not shop.knows(envelope):
        return 404
    shop.guard(envelope)
    return None


def answers_an_error_to_what_is_old(shop: MistakenShop, envelope: Envelope) -> int | None:
    before = dict(shop.note("versions"))
    shop.guard(envelope)
    return 409 if before == shop.note("versions") and shop.meets(envelope) else None


def refuses_copies(shop: MistakenShop, envelope: Envelope) -> int | None:
    if not shop.meets(envelope):
        return 409
    shop.guard(envelope)
    return None


# Copies.


def counts_deliveries(shop: MistakenShop, envelope: Envelope) -> None:
    table, _ = about(envelope)
    row = shop.rows("counts").setdefault(table, {"count": 0})
    row["count"] += 1


def mails_at_each_delivery(shop: MistakenShop, envelope: Envelope) -> None:
    shop.guard(envelope)
    shop.do(f"mail of {_kind(envelope)}")


def mails_what_is_new_to_it(shop: MistakenShop, envelope: Envelope) -> None:
    """Once for each body, but only if the row was not there."""
    if shop.meets(envelope) and not shop.knows(envelope):
        shop.do(f"welcome by {_kind(envelope)}")
    shop.guard(envelope)


def forgets_copies_of_other_things(shop: MistakenShop, envelope: Envelope) -> None:
    """Knows a copy only if no webhook about another thing came since."""
    thing = "/".join(about(envelope))
    if shop.notes.get("last") != thing:
        shop.notes = {"last": thing}
    if shop.meets(envelope):
        row = shop.rows("counts").setdefault(thing, {"count": 0})
        row["count"] += 1


def knows_only_the_last(shop: MistakenShop, envelope: Envelope) -> None:
    """Knows a copy only if nothing else came since, and counts it otherwise."""
    body = fingerprint(envelope)
    if shop.notes.get("last") != body:
        table, key = about(envelope)
        row = shop.rows(table).setdefault(key, {"count": 0})
        row["count"] += 1
    shop.notes["last"] = body


def believes_late_copies(shop: MistakenShop, envelope: Envelope) -> None:
    """What was delivered before is written again, though it is old."""
    if shop.meets(envelope):
        shop.guard(envelope)
    else:
        shop.put(envelope)


# Old and new.


def last_arrival_wins(shop: MistakenShop, envelope: Envelope) -> None:
    shop.put(envelope)


def first_arrival_wins(shop: MistakenShop, envelope: Envelope) -> None:
    table, key = about(envelope)
    shop.rows(table).setdefault(key, row_of(envelope))


def last_arrival_of_a_second_wins(shop: MistakenShop, envelope: Envelope) -> None:
    _, key = about(envelope)
    versions = shop.note("seconds")
    if envelope["timestamp"] >= versions.get(key, 0):
        versions[key] = envelope["timestamp"]
        shop.put(envelope)


def first_arrival_of_a_second_wins(shop: MistakenShop, envelope: Envelope) -> None:
    _, key = about(envelope)
    versions = shop.note("seconds")
    if envelope["timestamp"] > versions.get(key, 0):
        versions[key] = envelope["timestamp"]
        shop.put(envelope)


def forgets_what_was_deleted(shop: MistakenShop, envelope: Envelope) -> None:
    """The version goes with the row."""
    table, key = about(envelope)
    shop.guard(envelope)
    if shop.row(envelope) is None:
        shop.note("versions").pop(f"{table}/{key}", None)


def believes_all_but_deletions(shop: MistakenShop, envelope: Envelope) -> None:
    """A deletion is final, but the updates overwrite each other."""
    table, key = about(envelope)
    if shop.row(envelope) is None:
        shop.note("gone")[f"{table}/{key}"] = True
    if f"{table}/{key}" in shop.note("gone"):
        shop.rows(table).pop(key, None)
    else:
        shop.put(envelope)


def counts_what_is_newer(shop: MistakenShop, envelope: Envelope) -> None:
    """Right about what is old, but each row also counts how often it was written."""
    table, key = about(envelope)
    versions = shop.note("versions")
    before = versions.get(f"{table}/{key}")
    shop.guard(envelope)
    if versions[f"{table}/{key}"] != before:
        writes = shop.note("writes")
        writes[key] = writes.get(key, 0) + 1
        shop.rows(table)[key]["writes"] = writes[key]


# Early webhooks.


def drops_updates_of_the_unknown(shop: MistakenShop, envelope: Envelope) -> None:
    if _kind(envelope).endswith((".created", ".deleted")) or shop.knows(envelope):
        shop.guard(envelope)


def tells_whether_the_creation_was_late(shop: MistakenShop, envelope: Envelope) -> None:
    """Keeps the creation alone, and whether an update came before it."""
    table, key = about(envelope)
    if _kind(envelope).endswith(".created"):
        shop.rows(table)[key] = {"late": key in shop.note("updated")}
    else:
        shop.note("updated")[key] = True


def drops_a_pause_that_was_not_announced(shop: MistakenShop, envelope: Envelope) -> None:
    """Of a subscription that it knows, a PAUSE counts only after a PENDING_PAUSE."""
    _, key = about(envelope)
    if status_of(envelope) == "PENDING_PAUSE":
        shop.note("announced")[key] = True
    if status_of(envelope) != "PAUSE" or not shop.knows(envelope) or key in shop.note("announced"):
        shop.guard(envelope)


# Copies that are none.


def takes_one_of_a_type(shop: MistakenShop, envelope: Envelope) -> None:
    if shop.meets_key(_kind(envelope)):
        shop.guard(envelope)


def takes_one_of_a_type_and_a_second(shop: MistakenShop, envelope: Envelope) -> None:
    if shop.meets_key(f"{_kind(envelope)} {envelope['timestamp']}"):
        shop.guard(envelope)


def takes_one_of_a_thing(shop: MistakenShop, envelope: Envelope) -> None:
    if shop.meets_key("/".join(about(envelope))):
        shop.guard(envelope)


def takes_one_of_all(shop: MistakenShop, envelope: Envelope) -> None:
    if shop.meets_key("any"):
        shop.guard(envelope)


# Several things.


def keeps_the_last_of_all(shop: MistakenShop, envelope: Envelope) -> None:
    """One row for all things, which is written as a whole."""
    shop.rows("shop")["last"] = {"kind": _kind(envelope), "of": "/".join(about(envelope))}


def keeps_what_came_before(shop: MistakenShop, envelope: Envelope) -> None:
    """Each row also has the number of rows that there were: two things never write one place."""
    table, key = about(envelope)
    count = sum(map(len, shop.tables.values()))
    shop.rows(table).setdefault(key, {"before": count})


def is_right(shop: MistakenShop, envelope: Envelope) -> None:
    shop.guard(envelope)


def rows_of(shop: MistakenShop) -> Any:
    """The rows of all tables in the order in which they came, as a query without ORDER BY returns them."""
    return [{"key": key, **row} for rows in shop.tables.values() for key, row in rows.items()]
