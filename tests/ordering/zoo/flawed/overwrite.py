"""Receivers in which an old webhook overwrites the values of a newer one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from ordering.zoo.guarded import Guarded
from ordering.zoo.shop import Envelope, Row, Shop
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


class NullsAreNotWritten(Guarded):
    """A field that is absent keeps its old value, if an old value came before."""

    flaw = "stale overwrite"
    shows_on = ("profile",)

    def write(self, table: str, key: str, version: Any, row: Row | None) -> bool:
        if row is not None:
            known = self.rows(table).get(key, {})
            row = {column: known.get(column) if value is None else value for column, value in row.items()}
        return super().write(table, key, version, row)


class StaleMovesTheGuard(Guarded):
    """A stale webhook is not written, but its version is, and what is less stale passes then."""

    flaw = "stale overwrite"
    shows_on = ("renewal-recovers", "pause-at-period-end")
    hides = "the version of the row"

    def write(self, table: str, key: str, version: Any, row: Row | None) -> bool:
        written = super().write(table, key, version, row)
        self.note("versions")[f"{table}/{key}"] = version
        return written


class OneClockForAll(Guarded):
    """One time of the last webhook for all rows: what is older is dropped, even if it is about another row."""

    flaw = "orphan update lost"
    shows_on = ("renewal-recovers", "customer-subscribes")
    heals_on = ("tied-updates",)

    def handle(self, envelope: Envelope) -> int:
        clock = self.note("clock")
        if envelope["timestamp"] < clock.get("last", 0):
            return 204
        clock["last"] = envelope["timestamp"]
        return super().handle(envelope)


MEMBERS: tuple[type[Shop], ...] = (
    LastArrivalWins,
    FirstArrivalWins,
    CreationOverwrites,
    TimesInKst,
    TimesAsText,
    NullsAreNotWritten,
    StaleMovesTheGuard,
    OneClockForAll,
)
