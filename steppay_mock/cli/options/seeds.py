"""Draws the seed of a command that was given none, and says it on standard error."""

from __future__ import annotations

from random import SystemRandom

from steppay_mock.cli.show.terminal import say


def drawn_seed() -> int:
    """A seed by chance, of at most nine digits: somebody may have to type it."""
    return SystemRandom().randrange(10**9)


def told_seed() -> int:
    """A seed by chance that is said at once."""
    seed = drawn_seed()
    say_seed(seed)
    return seed


def say_seed(seed: object) -> None:
    """Say the seed, and how it is given again."""
    say(f"seed {seed} (repeat with --seed {seed})")
