"""A receiver with routes for tests: it shows its rows, and empties itself."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from werkzeug import Request, Response

SEED = ("--seed", "7")
TOKEN = "Bearer of_the_tests"


@dataclass(slots=True)
class Shop:
    """What ``receiver.answer`` may be: keeps one row for each kind of thing of a customer.

    ``mended``, the newest event decides, and not the last. ``refusing`` answers every webhook with that status,
    ``guarded`` asks for a token where tests look in.
    """

    mended: bool = True
    refusing: int = 0
    guarded: bool = False
    method: str = "POST"
    rows: dict[str, Any] = field(default_factory=dict)
    webhooks: int = 0

    def __call__(self, request: Request) -> Response:
        if request.path in {"/state", "/reset"}:
            if self.guarded and request.headers.get("authorization") != TOKEN:
                return Response(f"{request.headers.get('authorization')} is wrong", 401)
            return self._state() if request.path == "/state" else self._reset(request)
        self.webhooks += 1
        return self._keep(request)

    def _state(self) -> Response:
        return Response(json.dumps({name: row["status"] for name, row in self.rows.items()}))

    def _reset(self, request: Request) -> Response:
        if request.method != self.method:
            return Response(status=405)
        self.rows.clear()
        return Response(status=204)

    def _keep(self, request: Request) -> Response:
        if self.refusing:
            return Response("refused", self.refusing)
        event = request.get_json()
        name = event["event"].partition(".")[0]
        row = {"version": [event["timestamp"], request.get_data(as_text=True)], "status": f"after {event['event']}"}
        if not self.mended or name not in self.rows or self.rows[name]["version"] < row["version"]:
            self.rows[name] = row
        return Response(status=204)


def urls(receiver: Any) -> tuple[str, ...]:
    """The options that name the receiver's URLs."""
    root = receiver.url.removesuffix("/webhooks/steppay")
    return ("--to", root, "--state-url", f"{root}/state", "--reset-url", f"{root}/reset")
