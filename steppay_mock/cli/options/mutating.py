"""The options of ``check --mutate``, which makes mistakes in a handler and runs the user's tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import click

from steppay_mock.cli.options.gathering import fields_of, gather, is_typed
from steppay_mock.cli.options.parameter_types import SecondsType

_SHARED = frozenset({"seed", "as_json"})
"""The options of ``check`` that mean something beside ``--mutate``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutating:
    """The options as the user wrote them."""

    mutated: tuple[str, ...]
    mutate_tests: tuple[str, ...]
    mutate_max: int | None
    mutate_timeout: float | None
    jobs: int

    def __post_init__(self) -> None:
        for path in self.mutate_tests:
            if path.startswith("-"):
                raise click.UsageError(
                    f"--mutate-tests {path[:80]}: that is an option, and not the path of a test. Name tests, such as "
                    "tests/test_webhooks.py. Options of pytest belong into addopts of its configuration."
                )

    def refuse_others(self, ctx: click.Context) -> None:
        """Refuse options that mean nothing: of the checks beside ``--mutate``, and its own without it."""
        own = frozenset(self.__dataclass_fields__)
        given = [one for one in ctx.command.params if is_typed(ctx, one.name or "")]
        for option in given:
            if self.mutated and option.name not in own | _SHARED:
                raise click.UsageError(
                    f"{option.opts[0]} is about a receiver to which webhooks are sent. --mutate sends none: it runs "
                    "your tests. Leave out one of the two."
                )
            if not self.mutated and option.name in own:
                raise click.UsageError(
                    f"{option.opts[0]} is about mistakes in your handler, and there is no --mutate. Give it too."
                )


def mutating_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options about mistakes. The command gets them as one argument, ``mutating``."""
    options = (
        click.option(
            "--mutate",
            "mutated",
            metavar="MODULE",
            multiple=True,
            help="In place of checking a receiver: make small mistakes in a copy of this module, such as "
            "shop.webhooks, or of this file, run your tests for each, and tell which mistakes they would not notice. "
            "Repeatable.",
        ),
        click.option(
            "--mutate-tests",
            metavar="PATH",
            multiple=True,
            help="With --mutate: run these tests, as pytest names them. Repeatable. Default: those that use "
            "steppay-mock.",
        ),
        click.option(
            "--mutate-max",
            metavar="N",
            type=click.IntRange(1),
            help="With --mutate: try N mistakes, drawn with --seed. Default: all.",
        ),
        click.option(
            "--mutate-timeout",
            metavar="S",
            type=SecondsType(positive=True),
            help="With --mutate: the longest time of the tests for one mistake, in seconds. No less than they take "
            "without one. Default: three times that, and 10 s.",
        ),
        click.option(
            "--jobs",
            metavar="N",
            type=click.IntRange(1, 64),
            default=1,
            show_default=True,
            help="With --mutate: try N mistakes at once, each in a copy of its own. For tests that share no database "
            "and no port.",
        ),
    )
    return gather(command, "mutating", take=fields_of(Mutating), options=options)
