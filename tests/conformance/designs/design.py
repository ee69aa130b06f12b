"""``Design``: a right receiver that can be opened: how it is built, and what of its card is argued to be no mistake."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from steppay_mock import Clock, Scorecard, check_receiver

SECRET = "whsec_of_the_designs"
PATH = "/webhooks/steppay"
PAYMENTS = ("payment.*",)
SUBSCRIPTIONS = ("subscription.created", "subscription.updated")
CUSTOMERS = ("customer.*",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A receiver that runs: the app or its URL, and what a test sees of it."""

    receiver: Any
    state: Callable[[], Any]
    reset: Callable[[], Any]
    effects: Callable[[], Any] | None = None
    settle: Callable[[], Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """One design. ``argued`` names the findings that it may have, each with the reason."""

    framework: str
    what: str
    home: str
    """The module in this folder, and its function that opens the receiver."""
    types: tuple[str, ...] | None
    """The types for which it is registered; None for all."""
    argued: Mapping[str, str] = field(default_factory=dict)
    tools: str = ""
    """``node``, where it needs that and the packages of tests/express."""
    alone: bool = False
    """Whether it needs a process of its own, as Django does."""

    def open(self, folder: Path) -> AbstractContextManager[Opened]:
        """The receiver while it runs; its files are in the folder."""
        module, _, function = self.home.partition(":")
        made: AbstractContextManager[Opened] = getattr(import_module(f"conformance.designs.{module}"), function)(folder)
        return made

    def card(self, folder: Path, **options: Any) -> Scorecard:
        """Its card."""
        with self.open(folder) as opened:
            return check_receiver(
                opened.receiver,
                secret=SECRET,
                state=opened.state,
                reset=opened.reset,
                effects=opened.effects,
                settle=opened.settle,
                types=self.types,
                clock=Clock(sleep=lambda _seconds: None),
                **options,
            )
