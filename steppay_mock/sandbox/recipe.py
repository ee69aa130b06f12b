"""What a sandbox begins with: the options of its store, its scenario and its clock. A file keeps them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from random import SystemRandom
from typing import Any, Literal, get_args

from steppay_mock.errors import SteppayMockError
from steppay_mock.payload.instants import read_instant
from steppay_mock.sandbox.clock import as_microseconds, check_speed, from_microseconds
from steppay_mock.store.options import SEEDED_NOW_SECONDS
from steppay_mock.store.scenarios.scenario import scenario as run_scenario
from steppay_mock.store.store import Store
from steppay_mock.values import ChoiceValue
from steppay_mock.wire.real_time import wall_clock

ClockKind = Literal["real", "still"]
_CLOCK = ChoiceValue(words=get_args(ClockKind))


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxRecipe:
    """How the store of a sandbox is made. Plain data, so that a file can keep it."""

    seed: int | str
    start: int
    """Microseconds since the epoch."""
    speed: float
    """Of the clock at the beginning: 1.0 for one that runs, 0.0 for one that stands still."""
    scenario: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    """Other options of the store, as JSON has them."""

    def as_dict(self) -> dict[str, Any]:
        """The recipe as plain data."""
        return asdict(self)

    def make_store(self) -> Store:
        """A new store."""
        start = from_microseconds(self.start)
        if self.scenario is None:
            if self.parameters:
                raise SteppayMockError("The parameters are those of a scenario, and there is none. Name one.")
            return Store(seed=self.seed, start=start, **self.options)
        parameters = {**self.options, **self.parameters}
        return run_scenario(self.scenario, seed=self.seed, start=start, **parameters).store


def read_recipe(
    *,
    seed: int | str | None,
    start: datetime | float | None,
    clock: ClockKind | None,
    scenario: str | None,
    parameters: Mapping[str, Any],
    options: Mapping[str, Any],
) -> SandboxRecipe:
    """The recipe of a new sandbox. None: a random seed; a still clock; now, or a fixed day if it stands still."""
    speed = speed_of(clock or "still")
    if start is None:
        start = wall_clock() if speed else SEEDED_NOW_SECONDS
    return SandboxRecipe(
        seed=SystemRandom().getrandbits(63) if seed is None else seed,
        start=_instant(start),
        speed=check_speed(speed),
        scenario=scenario,
        parameters=dict(parameters),
        options=dict(options),
    )


def speed_of(clock: ClockKind) -> float:
    """The store seconds in one second."""
    return 0.0 if _CLOCK.check("clock", clock) == "still" else 1.0


def refuse_other(
    first: SandboxRecipe,
    now: SandboxRecipe,
    *,
    start: datetime | float | None,
    given: Mapping[str, Any],
    path: str,
) -> None:
    """Refuse options of a store that the file neither began with nor has since a reset.

    A command that is repeated, as that of a container, goes on after a reset. What is None or empty was not given.
    """
    began, has = first.as_dict(), now.as_dict()
    found = {**given, "start": None if start is None else _instant(start)}
    for name, value in found.items():
        if value not in (None, {}) and _in_words(value) not in (_in_words(began[name]), _in_words(has[name])):
            shown = f"another {name}" if name == "start" else f"the {name} {_in_words(began[name])}"
            raise SteppayMockError(
                f"{path} has a store that began with {shown}, not {_in_words(value)}. Leave the {name} out, or "
                "name another file."
            )


def _instant(moment: datetime | float) -> int:
    return as_microseconds(read_instant(moment).replace(tzinfo=UTC))


def _in_words(value: Any) -> str:
    """The value as the file has it: JSON, in which a tuple is a list."""
    return "none" if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)
