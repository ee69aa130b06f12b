"""A pair of receivers: a hollow one, of which a green verdict would be a lie, and a right one of the same design."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from steppay_mock import explore, scenario
from steppay_mock.ordering.exploration import Exploration

DEPOSIT, REFUND = "virtual-account-deposit", "refund-in-full"
CANCELLATION = "subscription-cancelled-at-period-end"
BEFORE_SUBSCRIPTION = 3  # events of that story that come before the subscription begins
SECRET = "secret-of-the-zoo"


@dataclass(frozen=True, slots=True)
class Trial:
    """A receiver with a story, and the options with which it is explored."""

    story: str
    receiver: Any
    options: dict[str, Any]
    parameters: dict[str, Any] = field(default_factory=dict)

    def explore(self) -> Exploration:
        """What is found out."""
        story = scenario(self.story, seed=7, **self.parameters)
        return explore(story, self.receiver, seed=7, losses=False, **self.options)


@dataclass(frozen=True, slots=True)
class Told:
    """How a hollow receiver is told: by a verdict that is not ok, or by a hint or a note beside one that is."""

    verdict: str
    anomaly: str | None = None
    hint: str | None = None
    note: str | None = None
    """How the note begins."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two receivers of one design, each made anew for its trial; ``why`` says what is wrong with the hollow one."""

    name: str
    why: str
    told: Told
    hollow: Callable[[], Trial]
    right: Callable[[], Trial]

    def __str__(self) -> str:
        return self.name


UNCOMPARED = Told("proved", note="The end was not compared with the store")
REFUSED = Told("fails", anomaly="refused")
VACUOUS = Told("vacuous")
FLAKY = Told("flaky")
