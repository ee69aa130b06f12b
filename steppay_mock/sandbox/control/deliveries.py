"""The calls of the control API about deliveries: list, send, resend, hold, flush, settle."""

from __future__ import annotations

from typing import Any

from steppay_mock.delivery.journal.reading import Delivery, Wanted, read_journal
from steppay_mock.errors import SteppayMockError
from steppay_mock.payload.event import Event
from steppay_mock.sandbox.control.call import ControlCall
from steppay_mock.wire.shown_url import shown_url

_LISTED = 200


def answer_deliveries(call: ControlCall) -> Any:
    """The newest deliveries."""
    with read_journal(call.sandbox.path) as journal:
        found = list(journal.deliveries(Wanted(), newest_first=True, limit=_LISTED))
    return {"deliveries": [_as_data(one) for one in found]}


def answer_one_delivery(call: ControlCall, number: int) -> Any:
    """One delivery, with the body that was sent."""
    with read_journal(call.sandbox.path) as journal:
        sent = journal.sent(number)[0].decode("utf-8", "replace")
        return {"delivery": {**_as_data(journal.delivery(number)), "sent": sent}}


def answer_send(call: ControlCall) -> Any:
    """Deliver the events of the body, which are payloads or texts; the reports."""
    given = call.take("events", "endpoint", "order", "seed", "duplicates", "fault")
    events = given.pop("events", None)
    if not isinstance(events, list) or not events:
        raise SteppayMockError(
            'events is a list of payloads, or of texts that are sent as they are. Send {"events": [{"event": …}]}.'
        )
    read = [Event.from_bytes(one.encode()) if isinstance(one, str) else Event.from_payload(one) for one in events]
    reports = call.sandbox.send(read, **given)
    return {"reports": [report.as_dict() for report in reports]}


def answer_resend(call: ControlCall, number: int) -> Any:
    """Deliver again, as it was or with another body; the report, or none if it was not waited for."""
    given = call.take("body", "times", "after", "wait")
    body = given.pop("body", None)
    if body is not None and not isinstance(body, str):
        raise SteppayMockError("body is no text. Send the text of the body, or leave it out.")
    sent = None if body is None else body.encode()
    report = call.sandbox.resend(number, **{"wait": True, **given}, body=sent)
    return {"reports": [] if report is None else [report.as_dict()]}


def answer_hold(call: ControlCall) -> Any:
    """Let webhooks wait, or deliver them as they happen."""
    call.sandbox.hold(held=call.take("held").get("held", True))
    return call.sandbox.status()


def answer_flush(call: ControlCall) -> Any:
    """Deliver what waits; the reports."""
    reports = call.sandbox.flush(**call.take("order", "seed", "duplicates"))
    return {"reports": [report.as_dict() for report in reports]}


def answer_settle(call: ControlCall) -> Any:
    """Wait until all is answered."""
    call.sandbox.settle()
    return call.sandbox.status()


def _as_data(delivery: Delivery) -> dict[str, Any]:
    data = delivery._asdict()
    return {**data, "url": shown_url(delivery.url), "body": delivery.body.decode("utf-8", "replace")}
