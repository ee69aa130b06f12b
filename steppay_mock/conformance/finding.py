"""``Finding``: one thing that is wrong with the receiver, with its reason, its cure and the request that shows it."""

from __future__ import annotations

from dataclasses import dataclass, field
from textwrap import fill, indent
from typing import TYPE_CHECKING, Any

from steppay_mock.conformance.kinds import HARMS, Harm, Severity

if TYPE_CHECKING:
    from steppay_mock.conformance.trace import Trace

CONTROL = "control"
"""The family of the findings about the plain webhook, which is delivered before and beside all checks."""

_WIDTH = 100
_MONEY = {
    "money": "a forged or doubled payment",
    "access": "access after a cancellation, or none after a payment",
    "lost": "a lost event",
    "wrong": "a wrong value",
    "later": "a failure when StepPay adds something",
    "untidy": "nothing today",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong with the receiver.

    ``check`` is the name of the check that failed, or of the cause behind several, whose full names are in
    ``explains``. ``changes`` are lines that say where states differ, ``detail`` has more, such as a counterexample.
    """

    family: str
    check: str
    severity: Severity
    harm: Harm
    summary: str
    cure: str
    seen: str = field(default="", repr=False)
    """What a check saw, where the summary says more than that: the sentence of the cause stands before it."""
    facts: tuple[int, ...] = ()
    explains: tuple[str, ...] = ()
    trace: Trace | None = field(default=None, repr=False)
    changes: tuple[str, ...] = ()
    detail: str = field(default="", repr=False)
    snippet: str = field(default="", repr=False)
    """The code of the cure; empty if there is none, or if the framework and the language are not known."""
    framework: str = ""
    """The framework or the language of that code, such as Flask or Python."""

    @property
    def full_name(self) -> str:
        """Family and name, by which a baseline knows the finding."""
        return f"{self.family}/{self.check}"

    @property
    def request(self) -> str:
        """The request that shows it, as commands of a shell with curl; empty if it takes more than one request."""
        return "" if self.trace is None else self.trace.as_curl()

    @property
    def answer(self) -> str:
        """The answer to that request in one line."""
        return "" if self.trace is None else self.trace.told()

    @property
    def rank(self) -> tuple[bool, int]:
        """What comes first in a list of findings is smallest: what must be right, then what costs most."""
        return self.severity != "must", (len(HARMS) if self.severity == "fact" else HARMS.index(self.harm))

    def report(self) -> str:
        """The text: what is wrong, what it costs, the cure, the request and the answer."""
        lines = [f"{self.severity}  {self.full_name}", _wrapped(self.summary)]
        if self.changes:
            lines += ["  where the states differ (- expected, + found):", *(f"    {one}" for one in self.changes)]
        lines += ["  it costs:", _wrapped(f"{_MONEY[self.harm]}", by=4)] if self.severity != "fact" else []
        lines += ["  cure:", _wrapped(self.cure, by=4)]
        if self.snippet:
            lines += [f"  in {self.framework}:", indent(self.snippet.rstrip(), "    ")]
        if self.explains:
            lines += ["  these checks failed for it:", _wrapped(", ".join(self.explains), by=4)]
        if self.trace is not None:
            lines += [f"  sent: {self.trace.what}, answered {self.answer}", indent(self.request, "    ")]
        if self.detail:
            lines += [indent(self.detail, "  ")]
        rests = f", facts {', '.join(map(str, self.facts))}" if self.facts else ""
        lines.append(f"  read: docs/check.md#{self.family}{rests}")
        return "\n".join(lines)

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for JSON."""
        return {
            "family": self.family,
            "check": self.check,
            "severity": self.severity,
            "harm": self.harm,
            "summary": self.summary,
            "cure": self.cure,
            "snippet": self.snippet,
            "facts": list(self.facts),
            "explains": list(self.explains),
            "changes": list(self.changes),
            "request": self.request,
            "answer": self.answer,
            "detail": self.detail,
        }

    def __str__(self) -> str:
        return self.report()


def control_finding(
    name: str, summary: str, cure: str, trace: Trace, *, harm: Harm = "lost", facts: tuple[int, ...] = ()
) -> Finding:
    """A finding about the plain webhook: with it nothing else can be told, or only a part."""
    return Finding(
        family=CONTROL,
        check=name,
        severity="must",
        harm=harm,
        summary=summary,
        cure=cure or "Read its log at this webhook.",
        facts=facts,
        trace=trace,
    )


def _wrapped(text: str, *, by: int = 2) -> str:
    before = " " * by
    return fill(
        text, _WIDTH, initial_indent=before, subsequent_indent=before, break_long_words=False, break_on_hyphens=False
    )
