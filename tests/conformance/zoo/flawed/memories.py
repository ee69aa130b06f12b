"""Receivers with one mistake in what they take for a copy, and for how long they know it."""

from __future__ import annotations

import time
from typing import Any

from conformance.zoo.shop import Envelope, Hook, Shop, digest


class _ShowsNoInbox(Shop):
    """The marks of copies stand outside of the database, such as in a cache."""

    def __init__(self) -> None:
        super().__init__()
        self.marks: dict[str, float] = {}

    def state(self) -> dict[str, Any]:
        return {name: rows for name, rows in super().state().items() if name != "inbox"}

    def reset(self) -> None:
        super().reset()
        self.marks = {}


class RemembersFive(_ShowsNoInbox):
    finding = "duplicate/forgets-copies"

    def is_copy(self, envelope: Envelope, _hook: Hook) -> bool:
        mark = digest(envelope)
        known = mark in self.marks
        self.marks = dict([*((one, at) for one, at in self.marks.items() if one != mark), (mark, 0.0)][-5:])
        return known


class RemembersTwenty(_ShowsNoInbox):
    finding = "duplicate/forgets-copies"

    def is_copy(self, envelope: Envelope, _hook: Hook) -> bool:
        mark = digest(envelope)
        known = mark in self.marks
        self.marks = dict([*((one, at) for one, at in self.marks.items() if one != mark), (mark, 0.0)][-20:])
        return known


class RemembersAnHourByItsClock(_ShowsNoInbox):
    """A key with an expiry, such as SET NX EX 3600."""

    finding = "duplicate/forgets-copies"

    def is_copy(self, envelope: Envelope, _hook: Hook) -> bool:
        mark, now = digest(envelope), time.time()
        known = now - self.marks.get(mark, 0.0) < 3600
        self.marks.setdefault(mark, now)
        return known


class RemembersADayByItsClock(_ShowsNoInbox):
    finding = "duplicate/forgets-copies"

    def is_copy(self, envelope: Envelope, _hook: Hook) -> bool:
        mark, now = digest(envelope), time.time()
        known = now - self.marks.get(mark, 0.0) < 86_400
        self.marks.setdefault(mark, now)
        return known


class RemembersAnHourOfEvents(_ShowsNoInbox):
    """Marks that are an hour older than the newest event are cleared."""

    finding = "duplicate/forgets-copies"

    def is_copy(self, envelope: Envelope, _hook: Hook) -> bool:
        mark, at = digest(envelope), float(envelope["timestamp"])
        known = mark in self.marks
        self.marks[mark] = at
        self.marks = {one: then for one, then in self.marks.items() if then > max(self.marks.values()) - 3600}
        return known


class KnowsNoOldCopies(_ShowsNoInbox):
    """What happened more than an hour ago is not looked up among the marks."""

    finding = "duplicate/forgets-copies"

    def is_copy(self, envelope: Envelope, _hook: Hook) -> bool:
        mark = digest(envelope)
        known = mark in self.marks and envelope["timestamp"] > time.time() - 3600
        self.marks[mark] = 0.0
        return known


class TakesTheMinuteForAnId(Shop):
    finding = "tie/takes-two-events-for-one"

    def mark(self, envelope: Envelope, _hook: Hook) -> str:
        return f"{envelope['event']} {envelope['timestamp'] // 60}"


class TakesTheLengthForAnId(Shop):
    """The length of the body and its second."""

    finding = "tie/takes-two-events-for-one"

    def mark(self, envelope: Envelope, _hook: Hook) -> str:
        return f"{envelope['event']} {len(str(envelope['data'].get('status')))} {envelope['timestamp']}"


class TakesIdAndStatusForAnId(Shop):
    """A subscription that is ACTIVE again is taken for a copy of its beginning."""

    finding = "tie/takes-two-events-for-one"

    def mark(self, envelope: Envelope, _hook: Hook) -> str:
        data = envelope["data"]
        key = data.get("subscriptionId") or data.get("paymentId") or data.get("id")
        return f"{envelope['event']} {key} {data.get('status')}"


class TakesTheIdOfTheThingForAnId(Shop):
    """One webhook for each thing and type: all later ones are copies."""

    finding = "tie/takes-two-events-for-one"

    def mark(self, envelope: Envelope, _hook: Hook) -> str:
        data = envelope["data"]
        return f"{envelope['event']} {data.get('subscriptionId') or data.get('paymentId') or data.get('id')}"


class KnowsCopiesByTheirTrace(Shop):
    """The trace id of a request is new each time that a manager sends it."""

    finding = "duplicate/counts-copies-again"

    def mark(self, _envelope: Envelope, hook: Hook) -> str:
        return hook.headers.get("x-b3-traceid", "")

    def state(self) -> dict[str, Any]:
        return {name: rows for name, rows in super().state().items() if name != "inbox"}


class CountsUpdates(Shop):
    """A counter of updates: each copy counts."""

    finding = "duplicate/counts-copies-again"

    def take(self, hook: Hook) -> tuple[int, str]:
        answer = super().take(hook)
        if self.read(hook.body)["event"] in {"payment.completed", "subscription.updated"}:
            self.effects_done.append("one more")
        return answer


class MarksAfterItsWork(Shop):
    """The mark is written after the effect, and only if the row was new: a copy of an old event has its effect."""

    finding = "duplicate/forgets-copies"

    def __init__(self) -> None:
        super().__init__()
        self.last = ""

    def take(self, hook: Hook) -> tuple[int, str]:
        self.verify(hook)
        envelope = self.read(hook.body)
        if digest(envelope) == self.last:
            return 204, ""
        self.keep(envelope)
        self.act(envelope)
        self.last = digest(envelope)
        return 204, ""

    def state(self) -> dict[str, Any]:
        return {name: rows for name, rows in super().state().items() if name != "inbox"}

    def reset(self) -> None:
        super().reset()
        self.last = ""


MEMBERS: tuple[type[Shop], ...] = (
    RemembersFive,
    RemembersTwenty,
    RemembersAnHourByItsClock,
    RemembersADayByItsClock,
    RemembersAnHourOfEvents,
    KnowsNoOldCopies,
    TakesTheMinuteForAnId,
    TakesTheLengthForAnId,
    TakesIdAndStatusForAnId,
    TakesTheIdOfTheThingForAnId,
    KnowsCopiesByTheirTrace,
    CountsUpdates,
    MarksAfterItsWork,
)
