"""Right receivers that keep every webhook and read all of them in one order."""

from __future__ import annotations

from typing import Any

from ordering.zoo.shop import Envelope, Shop, Tables, fingerprint
from ordering.zoo.webhook import about, row_of, status_of, version_of


class _Log(Shop):
    """A log that is a set: what has the same content is in it once."""

    def keep(self, envelope: Envelope) -> None:
        """Add a webhook to the log."""
        row = None if envelope["event"].endswith(".deleted") else row_of(envelope)
        self.note("log")[fingerprint(envelope)] = [version_of(envelope), *about(envelope), row]

    def told(self) -> list[list[Any]]:
        """What the log has, oldest first."""
        return sorted(self.note("log").values(), key=lambda entry: entry[0])

    def fold(self) -> Tables:
        """What is true after all of the log."""
        tables: Tables = {}
        for _version, table, key, row in self.told():
            tables.setdefault(table, {}).pop(key, None)
            if row is not None:
                tables[table][key] = row
        return {table: rows for table, rows in tables.items() if rows}


class EventSourced(_Log):
    """Webhooks are kept and nothing else; whoever asks for the state folds them in their own order."""

    def handle(self, envelope: Envelope) -> int:
        self.keep(envelope)
        return 202

    def state(self) -> Tables:
        return self.fold()


class RebuiltProjection(_Log):
    """The tables are made anew from the whole log at each webhook."""

    def handle(self, envelope: Envelope) -> int:
        self.keep(envelope)
        self.tables = self.fold()
        return 204


class StatusHistory(Shop):
    """Each status that a thing had, at its second, is a row of a history that only grows."""

    def handle(self, envelope: Envelope) -> int:
        table, key = about(envelope)
        moment = f"{envelope['timestamp']} {table}/{key} {status_of(envelope)}"
        self.rows("history")[moment] = {"seconds": envelope["timestamp"]}
        return 204


class CountsFailuresInARow(_Log):
    """Failures in a row are counted in the order in which they happened, at each webhook anew."""

    def handle(self, envelope: Envelope) -> int:
        self.keep(envelope)
        row = longest = 0
        for _version, table, _key, told in self.told():
            if table == "payments" and told is not None:
                row = row + 1 if told["status"] == "FAILED" else 0
                longest = max(longest, row)
        self.tables = {"customers": {"all": {"failures in a row": row, "most ever": longest}}}
        return 204


MEMBERS: tuple[type[Shop], ...] = (EventSourced, RebuiltProjection, StatusHistory, CountsFailuresInARow)
