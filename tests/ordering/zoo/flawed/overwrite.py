"""Which receivers let an old webhook overwrite what a newer one said?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from ordering.zoo.guarded import Guarded
from ordering.zoo.shop import Envelope, Shop
from ordering.zoo.webhook import about, row_of

_KST = timezone(timedelta(hours=9))


class LastArrivalWins(Shop):
    """Whatever comes last is believed."""

    flaw = "stale overwrite"
    shows_on = ("renewal-recovers", "refund-in-parts", "deposit")

    def handle(self, envelope: Envelope) -> int:
        table, key = about(envelope)
        self.rows(table)[key] = row_of(envelope)
        return 204


class FirstArrivalWins(Shop):
    """Rows are inserted or ignored, so that whatever comes first stays."""

    flaw = "stale overwrite"
    shows_on = ("renewal-recovers", "invoice-paid")

    def handle(self, envelope: Envelope) -> int:
        table, key = about(envelope)
        self.rows(table).setdefault(key, row_of(envelope))
        return 204


class CreationOverwrites(Guarded):
    """Updates are guarded, but a creation is believed to be the first word, and replaces the row."""

    flaw = "stale overwrite"
    shows_on = ("renewal-recovers", "profile")

    def is_newer(self, version: Any, known: Any) -> bool:
        return bool(version[1] == 0 or version > known)


class TimesInKst(Guarded):
    """An order's modifiedAt is read as KST, nine hours too old, so that what comes within nine hours is newer."""

    flaw = "stale overwrite"
    shows_on = ("purchase",)

    def handle(self, envelope: Envelope) -> int:
        table, key = about(envelope)
        if table != "orders":
            return super().handle(envelope)
        read = self.note("modified at")
        if envelope["timestamp"] > read.get(key, 0):
            modified = datetime.fromisoformat(envelope["data"]["modifiedAt"]).replace(tzinfo=_KST)
            read[key] = modified.timestamp()
            self.rows(table)[key] = row_of(envelope)
        return 204


class TimesAsText(Guarded):
    """SQLite wrote the row's time with a space, which is less than the T of what comes: on one day all are newer."""

    flaw = "stale overwrite"
    shows_on = ("profile",)

    def version(self, envelope: Envelope) -> Any:
        return datetime.fromtimestamp(envelope["timestamp"], UTC).isoformat()

    def is_newer(self, version: Any, known: Any) -> bool:
        return bool(version > known.replace("T", " "))


MEMBERS: tuple[type[Shop], ...] = (LastArrivalWins, FirstArrivalWins, CreationOverwrites, TimesInKst, TimesAsText)
