"""From which state may what be done, and where does it lead? The state machines of the store, as data.

The diagram and the table in ``docs/store.md`` are drawn from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

from steppay_mock.errors import SteppayMockError, choices


class IllegalAction(SteppayMockError):  # noqa: N818 - it says what was done, like the built-in StopIteration
    """An action that the store does not allow in its present state. Nothing was changed and no event was sent.

    ``subject`` is what it was about, such as ``subscription 18452``, ``state`` where that stands, ``allowed`` what can
    be done with it instead.
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
            return "Nothing can be done with it any more: that state is final."
        return f"Allowed there: {choices(self.allowed)}."

    def __reduce__(self) -> tuple[object, ...]:
        facts = {"subject": self.subject, "state": self.state, "allowed": self.allowed, "hint": self.hint}
        return _rebuild, (self.action, facts)


def _rebuild(action: str, facts: dict[str, object]) -> IllegalAction:
    return IllegalAction(action, **facts)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Move:
    """One arrow: what happens, from where, to where, and how that is known (the letters of ``docs/facts.md``).

    ``by`` is ``user`` for what somebody does and ``time`` for what the store does by itself.
    """

    action: str
    before: str
    after: str
    evidence: str
    by: str = "user"


NEW = "[*]"

SUBSCRIPTION: tuple[Move, ...] = (
    Move("order is paid", NEW, "ACTIVE", "D"),
    Move("order waits for its debit", NEW, "INCOMPLETE", "U"),
    Move("order is paid", "INCOMPLETE", "ACTIVE", "U"),
    Move("debit fails", "INCOMPLETE", "EXPIRED", "U"),
    Move("cancel", "INCOMPLETE", "CANCELED", "U"),
    Move("renewal is paid", "ACTIVE", "ACTIVE", "D", by="time"),
    Move("renewal queues", "ACTIVE", "QUEUEING", "D", by="time"),
    Move("renewal is paid", "QUEUEING", "ACTIVE", "D", by="time"),
    Move("renewal fails", "ACTIVE", "UNPAID", "D", by="time"),
    Move("renewal fails", "QUEUEING", "UNPAID", "D", by="time"),
    Move("retry is paid", "UNPAID", "ACTIVE", "D", by="time"),
    Move("retry fails", "UNPAID", "UNPAID", "D", by="time"),
    Move("pay", "UNPAID", "ACTIVE", "U"),
    Move("last retry fails", "UNPAID", "EXPIRED", "D", by="time"),
    Move("StepCover ends", "UNPAID", "PAUSE", "D", by="time"),
    Move("StepCover ends", "UNPAID", "CANCELED", "D", by="time"),
    *(
        Move("expiry date", before, "EXPIRED", evidence, by="time")
        for before, evidence in (
            ("ACTIVE", "D"),
            ("UNPAID", "D"),
            ("PENDING_CANCEL", "U"),
            ("PENDING_PAUSE", "U"),
            ("PAUSE", "U"),
        )
    ),
    Move("cancel", "ACTIVE", "CANCELED", "D"),
    Move("cancel", "UNPAID", "CANCELED", "U"),
    Move("cancel", "PENDING_CANCEL", "CANCELED", "U"),
    Move("cancel", "PENDING_PAUSE", "CANCELED", "U"),
    Move("cancel", "PAUSE", "CANCELED", "U"),
    *(
        Move("cancel its first order", before, "CANCELED", "D" if before == "ACTIVE" else "I")
        for before in ("INCOMPLETE", "ACTIVE", "UNPAID", "PENDING_CANCEL", "PENDING_PAUSE", "PAUSE")
    ),
    Move("cancel at the end of the period", "ACTIVE", "PENDING_CANCEL", "D"),
    Move("period ends", "PENDING_CANCEL", "CANCELED", "D", by="time"),
    Move("undo", "PENDING_CANCEL", "ACTIVE", "D"),
    Move("pause", "ACTIVE", "PAUSE", "D"),
    Move("pause at the end of the period", "ACTIVE", "PENDING_PAUSE", "D"),
    Move("period ends", "PENDING_PAUSE", "PAUSE", "D", by="time"),
    Move("undo", "PENDING_PAUSE", "ACTIVE", "D"),
    Move("resume", "PAUSE", "ACTIVE", "D"),
    *(
        Move(action, status, status, "U")
        for action in ("change the plan", "change the quantity")
        for status in ("ACTIVE", "PENDING_CANCEL", "PENDING_PAUSE")
    ),
    *(
        Move("change the payment method", status, status, "U")
        for status in ("ACTIVE", "UNPAID", "PENDING_CANCEL", "PENDING_PAUSE", "PAUSE")
    ),
    *(
        Move(action, status, status, "U")
        for action in ("add usage", "top up")
        for status in ("ACTIVE", "PENDING_CANCEL", "PENDING_PAUSE")
    ),
    Move("postpone the StepCover message", "UNPAID", "UNPAID", "D"),
    Move("move the payment date", "UNPAID", "UNPAID", "D"),
)

INVOICE: tuple[Move, ...] = (
    Move("draft", NEW, "TEMPORARY", "U"),
    Move("reserve", "TEMPORARY", "RESERVATION", "U"),
    *(Move("send", before, "SENT", "U") for before in ("TEMPORARY", "RESERVATION", "SEND_FAIL")),
    *(Move("sending fails", before, "SEND_FAIL", "U") for before in ("TEMPORARY", "RESERVATION", "SEND_FAIL")),
    Move("reserved time comes", "RESERVATION", "SENT", "U", by="time"),
    Move("pay", "SENT", "PAID", "U"),
    Move("deadline passes", "SENT", "OVER_DUE", "U", by="time"),
    Move("pay", "OVER_DUE", "PAID", "U"),
    *(Move("delete", before, before, "U") for before in ("TEMPORARY", "RESERVATION", "SENT", "SEND_FAIL", "OVER_DUE")),
)


def allowed_actions(moves: tuple[Move, ...], status: str) -> tuple[str, ...]:
    """What a user can do in that state, each once, in the order of the table."""
    return tuple(dict.fromkeys(move.action for move in moves if move.before == status and move.by == "user"))


def require_move(moves: tuple[Move, ...], action: str, *, subject: str, status: str) -> None:
    """Nothing, if the action is allowed in that state; IllegalAction that says what is, otherwise."""
    if not any(move.action == action and move.before == status for move in moves):
        refuse(action, subject=subject, state=status, allowed=allowed_actions(moves, status))


def refuse(action: str, *, subject: str, state: str, allowed: tuple[str, ...] = (), hint: str = "") -> NoReturn:
    """Raise the IllegalAction."""
    raise IllegalAction(action, subject=subject, state=state, allowed=allowed, hint=hint)


def draw_states(moves: tuple[Move, ...]) -> str:
    """The state machine as a Mermaid diagram; what leads back to where it began is left out."""
    lines = ["stateDiagram-v2"]
    labels: dict[tuple[str, str], list[str]] = {}
    for move in moves:
        if move.before != move.after or move.by == "time":
            labels.setdefault((move.before, move.after), []).append(move.action)
    lines += [f"    {before} --> {after}: {', '.join(names)}" for (before, after), names in labels.items()]
    leaving = {before for before, after in labels if before != after}
    final = dict.fromkeys(after for _, after in labels if after not in leaving)
    lines += [f"    {status} --> {NEW}" for status in final]
    return "\n".join(lines) + "\n"
