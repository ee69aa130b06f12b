"""Small counterexamples, made by hand: a receiver that is a function of state and event is led through two courses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from steppay_mock.ordering.anomaly import Anomaly
from steppay_mock.ordering.counterexample import Counterexample
from steppay_mock.ordering.exploration import Exploration
from steppay_mock.ordering.findings import Coverage, Kind
from steppay_mock.ordering.orders.course import Course, neighbour, occurrence
from steppay_mock.ordering.receiver.run import Run
from steppay_mock.ordering.report.anomaly_rules import name_anomaly
from steppay_mock.payload.event import Event

SECOND = 1_706_002_316
TOKEN = "sp1.eNqrVkrO"

State = dict[str, Any]
Receiver = Callable[[State, Event], str | None]
"""Changes the state, and returns an answer other than 204."""


def event(kind: str, *, second: int = 0, **data: Any) -> Event:
    payload = {"timestamp": SECOND + second, "version": "v1", "event": kind, "data": data, "isTest": True}
    return Event.from_payload(payload)


def subscription(status: str, *, second: int = 0, kind: str = "updated", number: int = 41, **data: Any) -> Event:
    return event(f"subscription.{kind}", second=second, subscriptionId=number, status=status, **data)


def run(
    receiver: Receiver,
    events: tuple[Event, ...],
    course: Course,
    *,
    effects: bool = False,
    trail: bool = True,
    invariant: Callable[[State], str | None] = lambda _: None,
    begin: State | None = None,
) -> Run:
    state: State = _copy(begin or {})
    answers: list[str] = []
    seen = [_copy(state)]
    broken = None
    for place in course:
        answers.append(receiver(state, events[place]) or "204")
        seen.append(_copy(state))
        broken = invariant(state)
        if broken is not None:
            break
    done: Any = frozenset(Counter(state.get("done", ())).items()) if effects else None
    return Run(
        course=course[: len(answers)],
        answers=tuple(answers),
        accepted=tuple(answer.startswith("2") for answer in answers),
        state=_copy(state),
        effects=done,
        broken=broken,
        trail=tuple(seen) if trail else (),
    )


def counterexample(
    receiver: Receiver,
    events: Iterable[Event],
    course: Course,
    *,
    kind: Kind = "state",
    truth: Any = None,
    passing: Course | None = None,
    smallest: bool = True,
    together: tuple[int, ...] = (),
    **how: Any,
) -> Counterexample:
    given = tuple(events)
    one = run(receiver, given, occurrence(course), **how)
    two = run(receiver, given, neighbour(course) if passing is None else passing, **how)
    three = replace(run(receiver, given, course, **how), together=together)
    return Counterexample(
        kind=kind,
        events=given,
        expected=one,
        passing=two,
        failing=three,
        anomaly=name_anomaly(kind, given, expected=one, passing=two, failing=three),
        token=TOKEN,
        smallest=smallest,
        truth=truth,
    )


def named(receiver: Receiver, events: Iterable[Event], course: Course, **how: Any) -> Anomaly:
    return counterexample(receiver, events, course, **how).anomaly


class Case:
    """A counterexample that is made, and named, when it is called; ``among`` makes the same one in a longer story."""

    def __init__(self, receiver: Receiver, events: Iterable[Event], course: Course, **how: Any) -> None:
        self._receiver, self._events, self._course, self._how = receiver, tuple(events), course, how

    def __call__(self) -> Anomaly:
        return named(self._receiver, self._events, self._course, **self._how)

    def among(self, before: Event, after: Event) -> Case:
        """The case with two events more, which the receiver ignores: the first and the last to happen and to arrive."""

        def receiver(state: State, event: Event) -> str | None:
            return None if event in (before, after) else self._receiver(state, event)

        def longer(course: Course) -> Course:
            return (0, *(place + 1 for place in course), len(self._events) + 1)

        how = dict(self._how)
        if how.get("passing") is not None:
            how["passing"] = longer(how["passing"])
        how["together"] = tuple(at + 1 for at in how.get("together", ()))
        return Case(receiver, (before, *self._events, after), longer(self._course), **how)


def coverage(**numbers: Any) -> Coverage:
    given = {"events": 3, "orders": 6, "runs": 2, "deliveries": 5, "states": 4, "elapsed": 0.04, "seed": 7}
    return Coverage(**{"effective": numbers.get("events", 3), **given, **numbers})


def exploration(found: Counterexample | None = None, **facts: Any) -> Exploration:
    events = () if found is None else found.events
    given = {"verdict": "fails", "receiver": "the WSGI app shop", "name": "a renewal", "events": events}
    return Exploration(**{**given, "coverage": coverage(), "counterexample": found, **facts})


def _copy(state: State) -> State:
    """What the probe shows: all but the effects, and what a receiver keeps for itself, such as ``_last``."""
    shown = {key: value for key, value in state.items() if key != "done" and not key.startswith("_")}
    return {key: dict(value) if isinstance(value, dict) else value for key, value in shown.items()}


# Receivers, most of them with one flaw.


def row_of(event: Event) -> str:
    """The key of the row that the event is about."""
    data = event.data
    return str(next(data[name] for name in ("subscriptionId", "paymentId", "id") if name in data))


def overwrites(state: State, event: Event) -> None:
    """Takes whatever arrives for the newest."""
    state[row_of(event)] = {"status": event.data["status"]}


def updates_only(state: State, event: Event) -> None:
    """Forgets an update of what it does not know."""
    if str(event.type).endswith(".created") or row_of(event) in state:
        overwrites(state, event)


def guards(state: State, event: Event) -> None:
    """Takes only what is newer, by the second."""
    row = state.get(row_of(event))
    if row is None or row["at"] < event.timestamp:
        state[row_of(event)] = {"status": event.data["status"], "at": event.timestamp}


def counts(state: State, _: Event) -> None:
    """Counts whatever comes."""
    state["count"] = state.get("count", 0) + 1


def mails(state: State, event: Event) -> None:
    """Sends a mail for whatever comes, and keeps how it stands."""
    state["done"] = [*state.get("done", ()), f"mail about {row_of(event)}"]
    overwrites(state, event)


def mails_unpaid_first(state: State, event: Event) -> None:
    """Sends a mail for what is UNPAID, if nothing came before it."""
    if event.data["status"] == "UNPAID" and row_of(event) not in state:
        state["done"] = [*state.get("done", ()), "mail"]
    overwrites(state, event)


def mails_last(state: State, event: Event) -> None:
    """Sends a mail for whatever comes after something else."""
    if state:
        state["done"] = [*state.get("done", ()), f"mail about {event.data['status']}"]
    overwrites(state, event)


def knows_only_the_last(state: State, event: Event) -> None:
    """Counts what is not a copy of the delivery before it."""
    if state.get("_last") != event.body:
        counts(state, event)
    state["_last"] = event.body


def takes_one_of_a_thing(state: State, event: Event) -> None:
    """Takes what has an id that it knows for a duplicate; a deletion is of a row that may not be there."""
    if row_of(event) not in state.setdefault("_known", []):
        if not str(event.type).endswith(".deleted"):
            overwrites(state, event)
        state["_known"] = [*state["_known"], row_of(event)]


def keeps_first(state: State, event: Event) -> None:
    """Takes what has a type and an id that it knows for a duplicate."""
    state.setdefault(f"{event.type} {row_of(event)}", {"status": event.data["status"]})


def keeps_first_of_second(state: State, event: Event) -> None:
    """Takes what has a type and a second that it knows for a duplicate."""
    state.setdefault(f"{event.type} {event.timestamp}", {"of": row_of(event)})


def marks_order_paid(state: State, event: Event) -> None:
    """Marks the order of a payment as paid, if it knows that order."""
    if event.type == "order.created":
        state[row_of(event)] = {"status": "CREATED"}
    elif str(event.data["orderId"]) in state:
        state[str(event.data["orderId"])] = {"status": "PAID"}


def one_row(state: State, event: Event) -> None:
    """Keeps the customer's row, and writes it as a whole whatever an event is about."""
    state["customer"] = {"last": str(event.type)}


def lists_rows(state: State, event: Event) -> None:
    """Keeps the newest of each thing, and shows the rows as they came."""
    rows = [row for row in state.get("rows", []) if row["id"] != row_of(event)]
    state["rows"] = [*rows, {"id": row_of(event), "status": event.data["status"]}]


def lists_and_mails_last(state: State, event: Event) -> None:
    """Shows the rows as they came, and sends a mail about the last to come."""
    lists_rows(state, event)
    state["done"] = [row["status"] for row in state["rows"]][1:]


def lists_and_refuses(state: State, event: Event) -> str:
    """Shows the rows as they came, and answers with an error to each."""
    lists_rows(state, event)
    return "500"


def lists_and_refuses_orphans(state: State, event: Event) -> str | None:
    """Shows the rows as they came, and answers with an error to a payment that comes first."""
    lists_rows(state, event)
    return "500" if event.type == "payment.completed" and len(state["rows"]) == 1 else None


def refuses_first(state: State, event: Event) -> str | None:
    """Answers with an error to whatever comes first."""
    is_first = not state
    overwrites(state, event)
    return "503" if is_first else None


def refuses_orphans(state: State, event: Event) -> str | None:
    """Raises where a payment is of an order that it does not know."""
    if event.type == "payment.completed" and not state:
        return "500, the app raised: KeyError: 7001"
    overwrites(state, event)
    return None


def refuses_and_writes(state: State, event: Event) -> str:
    """Answers with an error, and has taken the event all the same."""
    overwrites(state, event)
    return "500"


def refuses_copies(state: State, event: Event) -> str | None:
    """Has a unique key, and answers with an error where it strikes."""
    if row_of(event) in state:
        return "409"
    overwrites(state, event)
    return None


def is_locked(state: State, event: Event) -> str | None:
    """Writes, and gives up where another one has just written: as if both were in flight."""
    if state:
        return "500, the app raised: OperationalError: database is locked"
    overwrites(state, event)
    return None


# Events.

CREATED = subscription("ACTIVE", kind="created")
UNPAID = subscription("UNPAID", second=31 * 86_400)
RECOVERED = subscription("ACTIVE", second=34 * 86_400)
CANCELED = subscription("CANCELED", second=35 * 86_400)
ORDER = event("order.created", id=7001, status="CREATED")
PAYMENT = event("payment.completed", second=2, paymentId=9, orderId="7001", status="COMPLETE")
