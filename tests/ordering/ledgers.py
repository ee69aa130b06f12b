"""Small receivers that keep what the subscriptions said, each in its own way."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

Rows = dict[int, dict[str, Any]]


class Ledger:
    """A WSGI receiver with rows; what a webhook does to them is ``keep``."""

    def __init__(self, keep: Callable[[Rows, dict[str, Any]], int | None]) -> None:
        self.rows: Rows = {}
        self.asked = 0
        self._keep = keep

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        envelope = json.loads(environ["wsgi.input"].read())
        status = self._keep(self.rows, envelope) or 204
        start_response(f"{status} Told", [])
        return []

    def state(self) -> Rows:
        """A copy of the rows."""
        self.asked += 1
        return {key: dict(row) for key, row in self.rows.items()}

    def reset(self) -> None:
        """Without rows again."""
        self.rows.clear()

    def save(self) -> Rows:
        """All there is."""
        return {key: dict(row) for key, row in self.rows.items()}

    def restore(self, saved: Rows) -> None:
        """As it was."""
        self.rows.clear()
        self.rows.update({key: dict(row) for key, row in saved.items()})


def keep_newest(rows: Rows, envelope: dict[str, Any]) -> None:
    """Right: time decides, and within a second the text of the event."""
    data = envelope["data"]
    version = [envelope["timestamp"], json.dumps(envelope, sort_keys=True)]
    row = rows.get(data["subscriptionId"])
    if row is None or row["version"] < version:
        rows[data["subscriptionId"]] = {"status": data["status"], "version": version}


def keep_last(rows: Rows, envelope: dict[str, Any]) -> None:
    """Wrong: whoever comes last wins."""
    rows[envelope["data"]["subscriptionId"]] = {"status": envelope["data"]["status"]}


def need_creation(rows: Rows, envelope: dict[str, Any]) -> int | None:
    """Wrong: an update of what is not known is refused."""
    if envelope["event"] != "subscription.created" and envelope["data"]["subscriptionId"] not in rows:
        return 409
    keep_newest(rows, envelope)
    return None
