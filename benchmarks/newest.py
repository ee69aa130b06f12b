"""A receiver in Flask that verifies, and keeps the newest of each thing: what searches and cards are measured with."""

from __future__ import annotations

import json
from typing import Any

from flask import Flask, request

from steppay_mock import SignatureError, verify
from steppay_mock.delivery.address import DEFAULT_PATH

SECRET = "whsec_benchmark"


class Newest:
    """A receiver that is right, and as quick as one in Flask can be."""

    def __init__(self) -> None:
        self.rows: dict[str, tuple[int, str, str]] = {}
        self.accepted: list[bytes] | None = None
        """The bodies that it accepts from now on, if it is a list."""
        self.app = Flask(__name__)
        self.app.post(DEFAULT_PATH)(self.steppay)

    def steppay(self) -> tuple[str, int]:
        """Keep the event, if it is newer than what is known of its thing."""
        body = request.get_data()
        try:
            verify(request.headers.get("Steppay-Signature"), body, [SECRET])
        except SignatureError:
            return "", 401
        try:
            envelope = json.loads(body)
            event, data = envelope["event"], envelope["data"]
            thing = data.get("paymentId") or data.get("subscriptionId") or data.get("id")
            key = f"{event.partition('.')[0]} {thing}"
            version = envelope["timestamp"], event, str(data.get("status"))
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            return "", 400
        if version > self.rows.get(key, (0, "", "")):
            self.rows[key] = version
        if self.accepted is not None:
            self.accepted.append(body)
        return "", 204

    def state(self) -> dict[str, dict[str, Any]]:
        """The rows."""
        return {key: {"event": event, "status": status} for key, (_, event, status) in self.rows.items()}

    def restore(self, saved: dict[str, tuple[int, str, str]]) -> None:
        """The rows as they were."""
        self.rows.clear()
        self.rows.update(saved)
