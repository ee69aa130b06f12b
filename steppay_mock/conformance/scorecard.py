"""``Scorecard``: the outcome of all checks of one receiver."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from steppay_mock.conformance.card_text import card_text, headline
from steppay_mock.errors import ReportViolation
from steppay_mock.ordering.face import Face, current_face, speaking

if TYPE_CHECKING:
    from steppay_mock.conformance.check import CheckResult
    from steppay_mock.conformance.finding import Finding


_NEXT_STEP = {
    "interrupted": "Check it again, and let all checks be made.",
    "nothing-delivered": "Deliver to a receiver that can be checked.",
}


class ScorecardViolation(ReportViolation):
    """A receiver that fails a check that every receiver must pass; ``report`` is the whole card."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard:
    """The outcome of all checks: ``findings`` are what is wrong, the dearest first; ``checks`` are all results."""

    receiver: str
    """The receiver in words: its URL, or the name of the app."""
    findings: tuple[Finding, ...]
    checks: tuple[CheckResult, ...] = field(repr=False)
    deliveries: int = 0
    elapsed: float = 0.0
    """Seconds."""
    seed: int = 0
    scenarios: tuple[str, ...] = ()
    """The scenarios that were delivered in every order."""
    is_reached: bool = True
    """Whether anything answered."""
    interrupted_after: int | None = None
    """The number of checks after which ``watch`` ended them; None: all were made."""
    face: Face = field(default_factory=current_face, repr=False, compare=False)
    """How its texts write options."""

    @property
    def ok(self) -> bool:
        """Whether all was checked that could be, something passed, and nothing that a receiver must do is wrong."""
        return not self.interrupted and bool(self.passed) and not any(one.severity == "must" for one in self.findings)

    @property
    def interrupted(self) -> bool:
        """Whether the checks were ended before all were made."""
        return self.interrupted_after is not None

    @property
    def passed(self) -> tuple[CheckResult, ...]:
        """The checks that passed."""
        return tuple(one for one in self.checks if one.outcome == "passed")

    @property
    def failed(self) -> tuple[CheckResult, ...]:
        """The checks that failed."""
        return tuple(one for one in self.checks if one.outcome == "failed")

    @property
    def skipped(self) -> tuple[CheckResult, ...]:
        """The checks that could not tell."""
        return tuple(one for one in self.checks if one.outcome == "skipped")

    @property
    def headline(self) -> str:
        """The whole card in one line."""
        return headline(
            ok=self.ok, findings=self.findings, checks=self.checks, interrupted_after=self.interrupted_after
        )

    def report(self) -> str:
        """The text: one line for each family, then each finding with its reason and cure."""
        with speaking(self.face):
            return card_text(
                receiver=self.receiver,
                headline_text=self.headline,
                findings=self.findings,
                checks=self.checks,
                numbers=f"{self.deliveries:,} deliveries, {self.elapsed:.1f} s, seed {self.seed}",
            )

    def assert_ok(self) -> None:
        """Raise a ScorecardViolation with the report, unless the card is ok."""
        if self.ok:
            return
        first = next((one for one in self.findings if one.severity == "must"), None)
        without_finding = "interrupted" if self.interrupted else "nothing-delivered"
        raise ScorecardViolation(
            kind=without_finding if first is None else first.full_name,
            event="?",
            path=self.receiver,
            expected="no finding of the severity must",
            sent=self.headline,
            next_step=_NEXT_STEP[without_finding] if first is None else first.cure,
            report=self.report(),
        )

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for JSON."""
        return {
            "ok": self.ok,
            "interrupted": self.interrupted,
            "receiver": self.receiver,
            "headline": self.headline,
            "findings": [one.as_dict() for one in self.findings],
            "checks": [one.as_dict() for one in self.checks],
            "deliveries": self.deliveries,
            "elapsed": self.elapsed,
            "seed": self.seed,
            "scenarios": list(self.scenarios),
        }

    def as_html(self, *, lang: str = "en") -> str:
        """The card as a web page in one file, in English (``en``) or Korean (``ko``): it can be printed."""
        from steppay_mock.conformance.outputs.page import write_page

        with speaking(self.face):
            return write_page(self, lang=lang)

    def as_junit(self) -> str:
        """The card as JUnit XML: a test case for each check, of which those fail that must pass."""
        from steppay_mock.conformance.outputs.junit import write_junit

        with speaking(self.face):
            return write_junit(self)

    def as_sarif(self, *, location: str = "README.md") -> dict[str, Any]:
        """The card as SARIF 2.1.0, plain data for JSON; code hosts show its findings at this file."""
        from steppay_mock.conformance.outputs.sarif import write_sarif

        with speaking(self.face):
            return write_sarif(self, location=location)

    def as_badge(self) -> str:
        """The card as a badge, an SVG."""
        from steppay_mock.conformance.outputs.badge import write_badge

        return write_badge(self)

    def __str__(self) -> str:
        return self.report()
