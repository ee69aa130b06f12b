"""Right receivers whose rows know how new they are."""

from __future__ import annotations

from typing import Any

from ordering.zoo.guarded import Guarded
from ordering.zoo.shop import Envelope, Row, Shop, Tables
from ordering.zoo.webhook import about, row_of, version_of


class GuardedRows(Guarded):
    """A row is written by a greater version only, and versions are never equal unless the webhooks are."""


class Tombstones(Shop):
    """A row that is deleted stays, marked and hidden, and nothing is written over the mark."""

    def handle(self, envelope: Envelope) -> int:
        table, key = about(envelope)
        kept, version = self.note("kept"), version_of(envelope)
        place = f"{table}/{key}"
        deleted = envelope["event"].endswith(".deleted")
        if place not in kept or [deleted, version] > kept[place]:
            kept[place] = [deleted, version]
            self.rows(table)[key] = row_of(envelope) | {"deleted": deleted}
        return 204

    def state(self) -> Tables:
        living = {
            table: {key: row for key, row in rows.items() if not row["deleted"]}
            for table, rows in super().state().items()
        }
        return {table: rows for table, rows in living.items() if rows}


class FieldByField(Shop):
    """Each field has its own last writer, and an absent field is written as null."""

    def handle(self, envelope: Envelope) -> int:
        table, key = about(envelope)
        version, writers = version_of(envelope), self.note("writers")
        told: Row = row_of(envelope) | {"deleted": envelope["event"].endswith(".deleted")}
        row = self.rows(table).setdefault(key, {})
        for column, value in told.items():
            place = f"{table}/{key}/{column}"
            if place not in writers or version > writers[place]:
                writers[place], row[column] = version, value
        return 204


class FinalStatusWins(Guarded):
    """CANCELED and EXPIRED are for good (fact 24), whatever the times say; of all else the newest wins."""

    def version(self, envelope: Envelope) -> Any:
        final = envelope["event"].startswith("subscription.") and envelope["data"].get("status") in {
            "CANCELED",
            "EXPIRED",
        }
        return [final, version_of(envelope)]


MEMBERS: tuple[type[Shop], ...] = (GuardedRows, Tombstones, FieldByField, FinalStatusWins)
