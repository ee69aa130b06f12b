"""The calls of the control API about the inbox: what came in, its settings, clear, forward again."""

from __future__ import annotations

from typing import Any

from steppay_mock.errors import SteppayMockError
from steppay_mock.sandbox.control.call import ControlCall

_LISTED = 200


def answer_inboxes(call: ControlCall) -> Any:
    """All inboxes, and the newest webhooks of all."""
    inbox = call.sandbox.inbox
    counts = inbox.counts()
    return {
        "inboxes": [{**inbox.settings(name).as_dict(), "count": count} for name, count in counts.items()],
        "webhooks": [one.as_dict() for one in inbox.newest()[:_LISTED]],
        "notices": list(inbox.notices),
    }


def answer_inbox(call: ControlCall, name: str) -> Any:
    """One inbox, and its newest webhooks."""
    inbox = call.sandbox.inbox
    settings = inbox.settings(name).as_dict()
    found = inbox.newest(name)
    return {**settings, "count": len(found), "webhooks": [one.as_dict() for one in found[:_LISTED]]}


def answer_inbox_settings(call: ControlCall, name: str) -> Any:
    """Change the settings of an inbox."""
    return call.sandbox.inbox.change(name, **call.given).as_dict()


def answer_clear(call: ControlCall, name: str | None = None) -> Any:
    """Remove what came to an inbox, or to all."""
    call.sandbox.inbox.clear(name)
    return {}


def answer_forward(call: ControlCall, name: str, number: int) -> Any:
    """Forward a webhook again, and wait for the answer."""
    given, inbox = call.take("to"), call.sandbox.inbox
    if inbox.webhook(number).inbox != name:
        raise SteppayMockError(f"Webhook {number} did not come to the inbox {name!r}. GET /_mock/inbox lists them.")
    return inbox.forward(number, **given).as_dict()
