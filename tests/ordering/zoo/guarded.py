"""The guard against late webhooks: a version for each row, compared before the row is written."""

from __future__ import annotations

from typing import Any

from ordering.zoo.shop import Envelope, Row, Shop
from ordering.zoo.webhook import about, row_of, version_of


class Guarded(Shop):
    """A row is written by a webhook whose version is greater than the row's, and a deletion leaves its version."""

    def handle(self, envelope: Envelope) -> int:
        table, key = about(envelope)
        self.write(table, key, self.version(envelope), self.row(envelope))
        return 204

    def row(self, envelope: Envelope) -> Row | None:
        """The row that the webhook tells; None where it is deleted."""
        return None if envelope["event"].endswith(".deleted") else row_of(envelope)

    def version(self, envelope: Envelope) -> Any:
        """What says which of two webhooks about a row is newer."""
        return version_of(envelope)

    def is_newer(self, version: Any, known: Any) -> bool:
        """Whether a webhook may be written over what is known."""
        return bool(version > known)

    def write(self, table: str, key: str, version: Any, row: Row | None) -> bool:
        """Write the row if it is newer, and say whether it was."""
        versions, place = self.note("versions"), f"{table}/{key}"
        if place in versions and not self.is_newer(version, versions[place]):
            return False
        versions[place] = version
        if row is None:
            self.rows(table).pop(key, None)
        else:
            self.rows(table)[key] = row
        return True
