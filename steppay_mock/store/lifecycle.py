"""The state machines of subscriptions and invoices, as tables of transitions, and the error of a refused action.

The diagrams and tables in ``docs/store.md`` are made from these.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

from steppay_mock.errors import SteppayMockError, choices


class IllegalAction(SteppayMockError):  # noqa: N818 - named like StopIteration
    """The current state does not allow the action. Nothing was changed, and no event was sent.

    ``subject`` is the record, such as ``subscription 18452``, ``state`` its state, ``allowed`` the actions that this
    state allows.
    """

    def __init__(self, action: str, *, subject: str, state: str, allowed: tuple[str, ...] = (), hint: str = "") -> None:
        self.action = action
        self.subject = subject
        self.state = state
        self.allowed = allowed
        self.hint = hint
        super().__init__(f"Cannot {action}: {subject} is {state}. {self._next_step()}")

    def _next_step(self) -> str:
        if self.hint:
            return self.hint
        if not self.allowed:
            return "That state is final: it allows no action."
        return f"Allowed in this state: {choices(self.allowed)}."

    def __reduce__(self) -> tuple[object, ...]:
        facts = {"subject": self.subject, "state": self.state, "allowed": self.allowed, "hint": self.hint}
        return _rebuild, (self.action, facts)


def _rebuild(action: str, facts: dict[str, object]) -> IllegalAction:
    return IllegalAction(action, **facts)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Transition:
    """One transition: the action, the state before and after, and the evidence (the letters of ``docs/facts.md``).

    ``by`` is ``user`` for an action of the customer or merchant, and ``time`` for work that the store does when due.
    """

    action: str
    before: str
    after: str
    evidence: str
    by: str = "user"


NEW = "[*]"

SUBSCRIPTION: tuple[Transition, ...] = (
    Transition("order is paid", NEW, "ACTIVE", "D"),
    Transition("order waits for its debit", NEW, "INCOMPLETE", "U"),
    Transition("order is paid", "INCOMPLETE", "ACTIVE", "U"),
    Transition("debit fails", "INCOMPLETE", "EXPIRED", "U"),
    Transition("renewal is paid", "ACTIVE", "ACTIVE", "D", by="time"),
    Transition("renewal queues", "ACTIVE", "QUEUEING", "D", by="time"),
    Transition("renewal is paid", "QUEUEING", "ACTIVE", "D", by="time"),
    Transition("renewal fails", "ACTIVE", "UNPAID", "D", by="time"),
    Transition("renewal fails", "QUEUEING", "UNPAID", "D", by="time"),
    Transition("retry is paid", "UNPAID", "ACTIVE", "D", by="time"),
    Transition("retry fails", "UNPAID", "UNPAID", "D", by="time"),
    Transition("pay", "UNPAID", "ACTIVE", "U"),
    Transition("last retry fails", "UNPAID", "EXPIRED", "D", by="time"),
    Transition("StepCover ends", "UNPAID", "PAUSE", "D", by="time"),
    Transition("StepCover ends", "UNPAID", "CANCELED", "D", by="time"),
    *(
        Transition("expiry date", before, "EXPIRED", evidence, by="time")
        for before, evidence in (
            ("ACTIVE", "D"),
            ("UNPAID", "D"),
            ("PENDING_CANCEL", "U"),
            ("PENDING_PAUSE", "U"),
            ("PAUSE", "U"),
        )
    ),
    Transition("cancel", "ACTIVE", "CANCELED", "D"),
    Transition("cancel", "UNPAID", "CANCELED", "D"),
    Transition("cancel", "PAUSE", "CANCELED", "D"),
    *(
        Transition("cancel its first order", before, "CANCELED", "D" if before == "ACTIVE" else "I")
        for before in ("INCOMPLETE", "ACTIVE", "UNPAID", "PENDING_CANCEL", "PENDING_PAUSE", "PAUSE")
    ),
    Transition("cancel at the end of the period", "ACTIVE", "PENDING_CANCEL", "D"),
    Transition("cancel at the end of the period", "PAUSE", "PENDING_CANCEL", "U"),
    Transition("cancel at the end of the period", "UNPAID", "CANCELED", "U"),  # that period is over
    Transition("cancel at a given time", "ACTIVE", "PENDING_CANCEL", "D"),
    Transition("cancel at a given time", "PAUSE", "PENDING_CANCEL", "U"),
    Transition("cancel at a given time", "UNPAID", "PENDING_CANCEL", "U"),
    Transition("period ends", "PENDING_CANCEL", "CANCELED", "D", by="time"),
    Transition("given time comes", "PENDING_CANCEL", "CANCELED", "D", by="time"),
    Transition("undo", "PENDING_CANCEL", "ACTIVE", "D"),
    Transition("pause", "ACTIVE", "PAUSE", "D"),
    Transition("pause at the end of the period", "ACTIVE", "PENDING_PAUSE", "D"),
    Transition("period ends", "PENDING_PAUSE", "PAUSE", "D", by="time"),
    Transition("undo", "PENDING_PAUSE", "ACTIVE", "D"),
    Transition("resume", "PAUSE", "ACTIVE", "D"),
    Transition("pause is over", "PAUSE", "ACTIVE", "D", by="time"),
    *(
        Transition(action, status, status, "U")
        for action in ("change the plan", "change the quantity", "change the interval")
        for status in ("ACTIVE", "PENDING_CANCEL", "PENDING_PAUSE")
    ),
    *(Transition(action, "ACTIVE", "ACTIVE", "D") for action in ("add an item", "remove an item")),
    Transition("replace the items", "ACTIVE", "ACTIVE", "U"),
    Transition("move the next payment", "ACTIVE", "ACTIVE", "U"),
    Transition("renew now", "ACTIVE", "ACTIVE", "I"),
    *(
        Transition("change the payment method", status, status, "U")
        for status in ("ACTIVE", "UNPAID", "PENDING_CANCEL", "PENDING_PAUSE", "PAUSE")
    ),
    *(
        Transition(action, status, status, "U")
        for action in ("add usage", "top up")
        for status in ("ACTIVE", "PENDING_CANCEL", "PENDING_PAUSE")
    ),
    Transition("postpone the StepCover message", "UNPAID", "UNPAID", "D"),
    Transition("move the payment date", "UNPAID", "UNPAID", "D"),
)

INVOICE: tuple[Transition, ...] = (
    Transition("draft", NEW, "TEMPORARY", "U"),
    Transition("reserve", "TEMPORARY", "RESERVATION", "U"),
    *(Transition("update", before, before, "I") for before in ("TEMPORARY", "RESERVATION", "SEND_FAIL")),
    *(Transition("send", before, "SENT", "U") for before in ("TEMPORARY", "RESERVATION", "SEND_FAIL")),
    *(Transition("sending fails", before, "SEND_FAIL", "U") for before in ("TEMPORARY", "RESERVATION", "SEND_FAIL")),
    Transition("reserved time comes", "RESERVATION", "SENT", "U", by="time"),
    Transition("pay", "SENT", "PAID", "U"),
    Transition("deadline passes", "SENT", "OVER_DUE", "U", by="time"),
    Transition("pay", "OVER_DUE", "PAID", "U"),
    *(
        Transition("delete", before, before, "U")
        for before in ("TEMPORARY", "RESERVATION", "SENT", "SEND_FAIL", "OVER_DUE")
    ),
)


def allowed_actions(transitions: tuple[Transition, ...], status: str) -> tuple[str, ...]:
    """The actions of users that the state allows, in the order of the table."""
    return tuple(
        dict.fromkeys(
            transition.action for transition in transitions if transition.before == status and transition.by == "user"
        )
    )


def require_transition(transitions: tuple[Transition, ...], action: str, *, subject: str, status: str) -> None:
    """Raise IllegalAction, with the allowed actions, unless the state allows this one."""
    if not any(transition.action == action and transition.before == status for transition in transitions):
        refuse(action, subject=subject, state=status, allowed=allowed_actions(transitions, status))


def refuse(action: str, *, subject: str, state: str, allowed: tuple[str, ...] = (), hint: str = "") -> NoReturn:
    """Raise IllegalAction."""
    raise IllegalAction(action, subject=subject, state=state, allowed=allowed, hint=hint)


def draw_states(transitions: tuple[Transition, ...]) -> str:
    """The state machine as a Mermaid diagram, without actions of users that keep the state."""
    lines = ["stateDiagram-v2"]
    labels: dict[tuple[str, str], list[str]] = {}
    for transition in transitions:
        if transition.before != transition.after or transition.by == "time":
            labels.setdefault((transition.before, transition.after), []).append(transition.action)
    lines += [f"    {before} --> {after}: {', '.join(names)}" for (before, after), names in labels.items()]
    leaving = {before for before, after in labels if before != after}
    final = dict.fromkeys(after for _, after in labels if after not in leaving)
    lines += [f"    {status} --> {NEW}" for status in final]
    return "\n".join(lines) + "\n"
