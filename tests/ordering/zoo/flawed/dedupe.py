"""Receivers that take one webhook for another, or do not recognise a repeat."""

from __future__ import annotations

from typing import Any

from ordering.zoo.guarded import Guarded
from ordering.zoo.shop import Envelope, Row, Shop, fingerprint
from ordering.zoo.webhook import about, status_of


class _Deduping(Guarded):
    """Drops what has a key that it has seen."""

    def handle(self, envelope: Envelope) -> int:
        seen, key = self.note("keys"), self.key(envelope)
        if key in seen:
            return 204
        seen[key] = True
        return super().handle(envelope)

    def key(self, envelope: Envelope) -> str:
        raise NotImplementedError


class SameTypeAndSecond(_Deduping):
    """Two webhooks of one type and second are taken for one, though they are about two things."""

    flaw = "false dedupe"
    shows_on = ("tied-updates", "renewal-queues")

    def key(self, envelope: Envelope) -> str:
        return f"{envelope['event']} {envelope['timestamp']}"


class SameType(_Deduping):
    """Webhooks of one type are taken for one."""

    flaw = "false dedupe"
    shows_on = ("renewal-recovers", "renewals")

    def key(self, envelope: Envelope) -> str:
        return str(envelope["event"])


class SameThing(_Deduping):
    """Webhooks about one thing are taken for one."""

    flaw = "false dedupe"
    shows_on = ("refund-in-parts", "deposit")

    def key(self, envelope: Envelope) -> str:
        return "/".join(about(envelope))


class SameThingAndStatus(_Deduping):
    """A subscription that is ACTIVE again, after it was UNPAID, is taken for a repeat of its beginning."""

    flaw = "false dedupe"
    shows_on = ("renewal-recovers",)
    hides = "the keys that it has seen"

    def key(self, envelope: Envelope) -> str:
        return "/".join((*about(envelope), status_of(envelope)))

    def row(self, envelope: Envelope) -> Row | None:
        return {"status": status_of(envelope)}


class WithinTenMinutes(Guarded):
    """What comes within ten minutes of what the row was told last is taken for a repeat."""

    flaw = "false dedupe"
    shows_on = ("tied-updates", "purchase")

    def version(self, envelope: Envelope) -> Any:
        return envelope["timestamp"]

    def is_newer(self, version: Any, known: Any) -> bool:
        return bool(version - known > 600)


class _CountingFailures(Shop):
    """Counts failed payments, once each as far as it knows a repeat."""

    def handle(self, envelope: Envelope) -> int:
        if envelope["event"] == "payment.failed" and not self.knows(envelope):
            row = self.rows("customers").setdefault(envelope["data"]["customerId"], {"failures": 0})
            row["failures"] += 1
        return 204

    def knows(self, envelope: Envelope) -> bool:
        raise NotImplementedError


class RemembersTwo(_CountingFailures):
    """Repeats are known among the last two webhooks only."""

    flaw = "double effect"
    shows_on = ("three-failures",)
    hides = "the last two webhooks"

    def knows(self, envelope: Envelope) -> bool:
        content, last = fingerprint(envelope), self.notes.get("last", [])
        if content not in last:
            self.notes["last"] = [*last, content][-2:]
        return content in last


class RemembersOneDay(_CountingFailures):
    """What was seen is cleared whenever a webhook of another day comes."""

    flaw = "double effect"
    shows_on = ("three-failures",)
    hides = "what was seen on the last day"

    def knows(self, envelope: Envelope) -> bool:
        day = envelope["timestamp"] // 86_400
        if self.notes.get("day") != day:
            self.notes = {"day": day}
        return not self.meets(envelope)


class RefusesRepeats(Guarded):
    """A repeat is answered with 409, which shows as a failed delivery."""

    flaw = "order-dependent rejection"
    shows_on = ("purchase",)

    def handle(self, envelope: Envelope) -> int:
        return super().handle(envelope) if self.meets(envelope) else 409


MEMBERS: tuple[type[Shop], ...] = (
    SameTypeAndSecond,
    SameType,
    SameThing,
    SameThingAndStatus,
    WithinTenMinutes,
    RemembersTwo,
    RemembersOneDay,
    RefusesRepeats,
)
