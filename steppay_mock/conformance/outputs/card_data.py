"""``CardData``: what the outputs read of a scorecard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from steppay_mock.conformance.check import CheckResult
    from steppay_mock.conformance.finding import Finding


class CardData(Protocol):
    """A scorecard, as its outputs know it: they are below the scorecard, which calls them."""

    @property
    def receiver(self) -> str:
        """The receiver in words."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is wrong, the dearest first."""

    @property
    def checks(self) -> tuple[CheckResult, ...]:
        """All results."""

    @property
    def passed(self) -> tuple[CheckResult, ...]:
        """The checks that passed."""

    @property
    def skipped(self) -> tuple[CheckResult, ...]:
        """The checks that could not tell."""

    @property
    def deliveries(self) -> int:
        """How many deliveries were made."""

    @property
    def elapsed(self) -> float:
        """Seconds."""

    @property
    def seed(self) -> int:
        """The seed of all events."""

    @property
    def ok(self) -> bool:
        """Whether something passed, and no finding is a must."""

    @property
    def interrupted_after(self) -> int | None:
        """The number of checks after which they were ended; None: all were made."""

    @property
    def headline(self) -> str:
        """The whole card in one line."""

    @property
    def is_reached(self) -> bool:
        """Whether anything answered."""
