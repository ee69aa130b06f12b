"""The table of the control API's calls, by which a sandbox is driven; the OpenAPI document has them with examples.

A new call of ``sandbox/control/routes.py`` gets its row here, and its types in ``schemas/control.schema.json``.
"""

from __future__ import annotations

from typing import Any

from steppay_mock.contract.rest_calls import DescribedCall, DescribedError, DescribedParameter

_TYPES = "control.schema.json#/$defs/Sandbox"
EVENTS = f"{_TYPES}Events"
"""The answer with events. It is in no file, because it has all types of webhooks."""

CONTROL_ERRORS = {
    400: DescribedError(
        name="SandboxRefusal", body=f"{_TYPES}Error", meaning="The body is wrong, or the state of the store forbids it."
    ),
    403: DescribedError(
        name="SandboxForbidden", body=f"{_TYPES}Error", meaning="The Host or the Origin is not this sandbox."
    ),
    405: DescribedError(name="SandboxWrongMethod", body=f"{_TYPES}Error", meaning="The path has no such method."),
    503: DescribedError(
        name="SandboxCannotKeep", body=f"{_TYPES}Error", meaning="The file of the sandbox cannot be written."
    ),
}

_NAME = DescribedParameter(name="name", description="The name of the endpoint.", example="mine")
_NUMBER = DescribedParameter(
    name="number", type={"type": "integer", "minimum": 0}, description="Its number in the list.", example=1
)
_INBOX = DescribedParameter(name="name", description="The name of the inbox, which ends its address.", example="shop")
_INBOX_SETTINGS = {
    "name": "shop",
    "address": "/in/shop",
    "secrets": 1,
    "forward_to": "http://localhost:3000/webhooks/steppay",
    "answer": "at-once",
}
_STATUS = {
    "now": "2025-01-15T03:01:20.138438+00:00",
    "speed": 0.0,
    "seed": 7,
    "events": 5,
    "held": False,
    "waiting": 0,
    "endpoints": ["webhooks"],
    "notices": [],
}
_ENDPOINT = {
    "name": "mine",
    "url": "http://localhost:3000/webhooks/steppay",
    "events": ["payment.*"],
    "enabled": True,
    "order": "occurrence",
    "duplicates": 0.0,
    "fault": None,
}


def _call(
    name: str,
    call: str,
    summary: str,
    answer: str,
    *parameters: DescribedParameter,
    body: str | None = None,
    example: Any = None,
    answered: Any = None,
) -> DescribedCall:
    method, path = call.split()
    return DescribedCall(
        name=name,
        method=method,
        path=f"/_mock/{path}",
        summary=summary,
        parameters=parameters,
        answer=f"{_TYPES}{answer}",
        body=None if body is None else f"{_TYPES}{body}",
        example=example,
        answered=answered,
        errors=tuple(CONTROL_ERRORS),
    )


CONTROL_CALLS = (
    _call("readSandbox", "GET status", "Tells the time, the counts and what waits.", "Status", answered=_STATUS),
    _call(
        "resetSandbox",
        "POST reset",
        "Begins with a new store.",
        "Status",
        body="Reset",
        example={"seed": 7, "scenario": "refund-in-full", "parameters": {"price": 9900}},
        answered=_STATUS,
    ),
    _call(
        "advanceTime",
        "POST advance",
        "Lets the store's time pass.",
        "Status",
        body="Advance",
        example={"days": 31},
        answered=_STATUS,
    ),
    _call(
        "changeClock",
        "POST clock",
        "Lets the store's time run, or stops it.",
        "Status",
        body="Clock",
        example={"speed": 60},
        answered={**_STATUS, "speed": 60.0},
    ),
    _call(
        "doAction",
        "POST actions/{action}",
        "Does an action of the store.",
        "Events",
        DescribedParameter(
            name="action", type=f"{_TYPES}Action", description="The name of the action.", example="checkout"
        ),
        body="Arguments",
        example={"pays": "later"},
    ),
    _call(
        "payOrder",
        "POST orders/{code}/pay",
        "Pays an order without the page.",
        "Events",
        DescribedParameter(name="code", description="The code or the id of the order.", example="order_xicA59LrU"),
        body="Payment",
        example={"method": "card"},
    ),
    _call(
        "failRenewal",
        "POST renewals/fail",
        "Lets the next renewal fail, and the time pass until then.",
        "Events",
        body="Failure",
        example={"times": 2},
    ),
    _call(
        "playScenario",
        "POST scenarios/{name}",
        "Plays a scenario in the store.",
        "Events",
        DescribedParameter(name="name", description="The name of the scenario.", example="refund-in-full"),
        body="Arguments",
        example={"days": 3},
    ),
    _call(
        "listEvents",
        "GET events",
        "Lists the events after those that you know.",
        "Events",
        DescribedParameter(
            name="since",
            place="query",
            type={"type": "integer", "minimum": 0, "default": 0},
            description="The number of events that you know.",
            example=2,
        ),
    ),
    _call(
        "listEndpoints",
        "GET endpoints",
        "Lists where webhooks go.",
        "Endpoints",
        answered={"endpoints": [_ENDPOINT]},
    ),
    _call(
        "putEndpoint",
        "PUT endpoints/{name}",
        "Adds an endpoint, or changes one.",
        "Endpoint",
        _NAME,
        body="EndpointChanges",
        example={"url": "http://localhost:3000/webhooks/steppay", "events": ["payment.*"]},
        answered=_ENDPOINT,
    ),
    _call("removeEndpoint", "DELETE endpoints/{name}", "Takes an endpoint away.", "Removed", _NAME, answered={}),
    _call("listDeliveries", "GET deliveries", "Lists the newest deliveries with their answers.", "Deliveries"),
    _call(
        "sendEvents",
        "POST deliveries",
        "Delivers events of your own, which are not the store's, and waits for the answers.",
        "Reports",
        body="Sending",
        example={"events": [{"event": "order.lost", "timestamp": 1688697915, "version": "v1", "data": {"id": 1}}]},
    ),
    _call("readDelivery", "GET deliveries/{number}", "Tells one delivery, with its body.", "OneDelivery", _NUMBER),
    _call(
        "resendDelivery",
        "POST deliveries/{number}/resend",
        "Delivers it again, signed anew, to the same endpoint.",
        "Reports",
        _NUMBER,
        body="Resending",
        example={"times": 2},
    ),
    _call(
        "holdDeliveries",
        "POST deliveries/hold",
        "Lets webhooks wait, or delivers them as they happen.",
        "Status",
        body="Hold",
        example={"held": True},
        answered={**_STATUS, "held": True},
    ),
    _call(
        "flushDeliveries",
        "POST deliveries/flush",
        "Delivers what waits, and waits for the answers.",
        "Reports",
        body="Flush",
        example={"order": "shuffled", "seed": 7, "duplicates": 0.2},
    ),
    _call(
        "settleDeliveries",
        "POST deliveries/settle",
        "Waits until all webhooks are answered.",
        "Status",
        answered=_STATUS,
    ),
    _call("listInboxes", "GET inbox", "Lists the inboxes, and the newest webhooks that came in.", "Inboxes"),
    _call("clearInboxes", "DELETE inbox", "Removes all webhooks that came in.", "Removed", answered={}),
    _call("readInbox", "GET inbox/{name}", "Tells one inbox, and what came to it.", "Inbox", _INBOX),
    _call(
        "changeInbox",
        "PUT inbox/{name}",
        "Changes the settings of an inbox.",
        "InboxSettings",
        _INBOX,
        body="InboxChanges",
        example={"secrets": ["whsec_example"], "forward_to": "http://localhost:3000/webhooks/steppay"},
        answered=_INBOX_SETTINGS,
    ),
    _call(
        "clearInbox",
        "DELETE inbox/{name}",
        "Removes the webhooks that came to an inbox; its settings stay.",
        "Removed",
        _INBOX,
        answered={},
    ),
    _call(
        "forwardWebhook",
        "POST inbox/{name}/{number}/forward",
        "Forwards a webhook again, and waits for the answer.",
        "Webhook",
        _INBOX,
        _NUMBER,
        body="Forwarding",
        example={"to": "http://localhost:9/webhooks/steppay"},
    ),
)
