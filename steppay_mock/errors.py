"""The two families of errors: misuse of this toolkit, and a payload or receiver that breaks the contract.

Each message ends with the next step: its reader has a red build, and wants to know what to type. The functions below
the classes make parts of messages.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


class SteppayMockError(Exception):
    """The toolkit was used wrongly: an unknown name, an impossible option, a missing file."""


class WrongValueError(SteppayMockError):
    """An option has a value that it cannot have.

    ``name`` is the option as the caller spells it, ``shown`` the value as it may be shown, ``expected`` what the option
    takes, in words, and ``next_step`` a sentence. Each door writes its own message of these parts: Python ``name=value:
    ...``, the command line ``'--name': value: ...``.
    """

    def __init__(self, *, name: str, shown: str, expected: str, next_step: str) -> None:
        self.name = name
        self.shown = shown
        self.expected = expected
        self.next_step = next_step
        super().__init__(f"{name}={shown}: expected {expected}. {next_step}")

    def __reduce__(self) -> tuple[object, ...]:
        parts = {"name": self.name, "shown": self.shown, "expected": self.expected, "next_step": self.next_step}
        return _rebuild_wrong_value, (type(self), parts)


class ContractViolation(AssertionError):  # noqa: N818 - it is a verdict about a payload, not a failure of this library
    """A payload or a receiver breaks the webhook contract.

    ``event`` is the event type concerned (or ``"?"``), ``path`` a JSONPath such as ``$.data.items[0].paidAmount``,
    ``expected`` and ``sent`` are short texts, ``next_step`` is what to do about it. ``kind`` is a stable word for
    programs. Of payloads: ``type``, ``missing``, ``unknown-field``, ``unknown-event``, ``enum``, ``range``, ``format``,
    ``not-an-object``; of signatures: ``malformed``, ``no-key``, ``mismatch``, ``stale``, ``future``; of deliveries:
    ``status``, ``redirect``, ``raised``, ``broken-answer``, ``unreachable``, ``startup``, ``nothing-delivered``;
    of orders: ``order-dependent``, ``flaky``, ``hidden``, ``vacuous``,
    ``unfinished``; of a scorecard the name of its first finding, such as ``signature/verifies-nothing``.
    """

    def __init__(
        self, *, kind: str, event: str, path: str, expected: str, sent: str, next_step: str, line: int | None = None
    ) -> None:
        self.kind = kind
        self.event = event
        self.path = path
        self.expected = expected
        self.sent = sent
        self.next_step = next_step
        self.line = line
        super().__init__(str(self))

    def __str__(self) -> str:
        where = f"line {self.line}: " if self.line is not None else ""
        about = self.path if self.event == "?" else f"{self.event}: {self.path}"
        return f"{where}{about}\n  expected: {self.expected}\n  sent:     {self.sent}\n  next:     {self.next_step}"

    def __reduce__(self) -> tuple[object, ...]:
        # Exceptions with keyword-only arguments do not pickle by themselves, and xdist sends them between processes.
        return _rebuild, (type(self), self.as_dict())

    def as_dict(self) -> dict[str, str | int | None]:
        """The violation as plain data, for ``--json``."""
        return {
            "kind": self.kind,
            "event": self.event,
            "path": self.path,
            "expected": self.expected,
            "sent": self.sent,
            "next_step": self.next_step,
            "line": self.line,
        }


class SignatureError(ContractViolation):
    """A ``Steppay-Signature`` header does not prove that the holder of the secret sent the body."""


class ReportViolation(ContractViolation):
    """What is wrong with a receiver takes a whole text: ``report``."""

    def __init__(self, *, report: str, **facts: Any) -> None:
        self.report = report
        super().__init__(**facts)

    def __str__(self) -> str:
        return self.report

    def as_dict(self) -> dict[str, str | int | None]:
        """The violation as plain data, for ``--json``."""
        return {**ContractViolation.as_dict(self), "report": self.report}


class OrderViolation(ReportViolation):
    """A receiver depends on the order of delivery, or was not proved independent; ``report`` is the whole report."""


def _rebuild(kind: type[ContractViolation], facts: dict[str, Any]) -> ContractViolation:
    return kind(**facts)


def _rebuild_wrong_value(kind: type[WrongValueError], parts: dict[str, str]) -> WrongValueError:
    return kind(**parts)


def nearest(word: object, candidates: Iterable[str]) -> str | None:
    """The candidate that ``word`` is probably a typing error of, or None."""
    from difflib import get_close_matches  # two milliseconds, paid only by those who erred

    names = [str(candidate) for candidate in candidates]
    lowered = {name.lower().replace("_", ""): name for name in names}
    found = get_close_matches(str(word).lower().replace("_", ""), lowered, n=1, cutoff=0.6)
    return lowered[found[0]] if found else None


def did_you_mean(word: object, candidates: Iterable[str]) -> str:
    """``Did you mean 'x'?`` with a leading space, or nothing when no candidate is near."""
    near = nearest(word, candidates)
    return f" Did you mean {near!r}?" if near else ""


def choices(names: Iterable[str]) -> str:
    """The names as a message lists them: ``a, b or c``."""
    *most, last = list(names)
    return f"{', '.join(most)} or {last}" if most else last


def check_names(
    given: Iterable[str], known: Iterable[str], *, owner: str, noun: str = "option", next_step: str = ""
) -> None:
    """Refuse a name that is not known: a SteppayMockError with the nearest one and all of them.

    ``owner`` begins the message, as in ``deliver() has no option 'ordr'``.
    """
    names = tuple(known)
    for name in given:
        if name not in names:
            raise SteppayMockError(
                f"{owner} has no {noun} {name!r}.{did_you_mean(name, names)} The {noun}s are {choices(names)}."
                f"{next_step and ' '}{next_step}"
            )


def raised_by(error: BaseException) -> str:
    """The top-level package whose code raised the error; empty if the error has no traceback."""
    step = error.__traceback__
    while step is not None and step.tb_next is not None:
        step = step.tb_next
    return "" if step is None else str(step.tb_frame.f_globals.get("__name__")).partition(".")[0]
