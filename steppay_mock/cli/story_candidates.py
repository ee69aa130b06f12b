"""Makes the stories to explore: each scenario that was asked for, with one seed or several."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING, Any

import click

from steppay_mock.cli.options.scenario import load_files
from steppay_mock.cli.options.seeds import told_seed

if TYPE_CHECKING:
    from steppay_mock.cli.options.scenario import Staging
    from steppay_mock.store.store import Story

_DIGITS = (3, 10, 5, 12, 2, 8)
"""The numbers of digits of the ids of further customers, in turn: from 10 digits on an id needs more than 32 bits
(fact 13)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A story to explore; ``skipped`` is the reason why it is not explored, or empty."""

    name: str
    story: Story
    skipped: str = ""

    @property
    def seed(self) -> int:
        """The seed of its store."""
        return int(self.story.seed)


def find_candidates(
    names: Sequence[str], *, seeds: int, staging: Staging, types: Sequence[str] | None
) -> list[Candidate]:
    """The stories to explore. If there are several, those with fewer than two wanted events are skipped."""
    several = len(names) * seeds > 1
    if several and staging.seed is None:
        staging = replace(staging, seed=told_seed())
    found = [Candidate(name=name, story=story) for name in names for story in _lived(name, seeds, staging)]
    return [_skipping(one, types) for one in found] if several else found


def varied(candidates: Sequence[Candidate]) -> str:
    """What differs between the stories of one scenario, in one sentence; empty if each has one story."""
    first = [one for one in candidates if one.name == candidates[0].name]
    if len(first) < 2:
        return ""
    seeds = ", ".join(str(one.seed) for one in first)
    customers = ", ".join(str(one.story.customer.id) for one in first)
    more = "" if len(first) == len(candidates) else f" in {first[0].name}; it is the same in the other scenarios"
    return f"Seeds {seeds} vary names, codes and all ids. The customer ids are {customers}{more}."


def chosen_names(names: Sequence[str], *, every: bool, staging: Staging) -> list[str]:
    """The scenarios of ``--scenario``, each once, or all scenarios.

    All but those with webhooks v1, unless ``--v1`` asks for these: most receivers are registered for v2 alone, and
    refuse what is not signed.
    """
    if every and names:
        raise click.UsageError("--all-scenarios and --scenario contradict each other. Leave one of them out.")
    if not every and not names:
        raise click.UsageError("Missing option '--scenario'. Pass --scenario NAME, or --all-scenarios.")
    if not every:
        return list(dict.fromkeys(names))
    from steppay_mock.store.scenarios.registry import all_scenarios

    load_files(staging.files)
    return [one.name for one in all_scenarios().values() if one.v1 is None or staging.v1 is not None]


def _lived(name: str, seeds: int, staging: Staging) -> Iterator[Story]:
    """The story with that many seeds. Each customer after the first has an id of another size and parity."""
    story = staging.live(name)
    yield story
    is_free = all(key != "customer_id" for key, _ in staging.settings)
    number, chance = story.customer.id, Random(int(story.seed))
    for step in range(1, seeds):
        settings = staging.settings
        if is_free:
            number = _another(number, digits=_DIGITS[(step - 1) % len(_DIGITS)], chance=chance)
            settings = (*settings, ("customer_id", str(number)))
        yield replace(staging, seed=int(story.seed) + step, settings=settings).live(name)


def _another(number: Any, *, digits: int, chance: Random) -> int:
    """A number with that many digits, odd if the other one is even."""
    found = chance.randrange(10 ** (digits - 1), 10**digits - 1)
    return found if found % 2 != int(number) % 2 else found + 1


def _skipping(one: Candidate, types: Sequence[str] | None) -> Candidate:
    wanted = [event for event in one.story if types is None or str(event.type) in types]
    if len(wanted) > 1:
        return one
    which = "no event" if not wanted else "one event"
    return replace(one, skipped=f"it has {which}{' of these types' if types else ''}, and an order needs two")
