"""Gives a command several options as one object: each group of options has a class for its values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, TypeVar

import click
from click.core import ParameterSource

Decorated = TypeVar("Decorated", bound=Callable[..., Any])
Decorator = Callable[[Decorated], Decorated]
"""An option, as click has it: a decorator of the command."""


def gather(
    command: Callable[..., Any],
    argument: str,
    *,
    take: Callable[[dict[str, Any]], object],
    options: Sequence[Decorator[Any]],
) -> Callable[..., Any]:
    """The command with these options, in their order in its help; it gets what ``take`` makes of them as ``argument``.

    ``take`` removes the values of its options from the values of all.
    """

    @wraps(command)
    def gathered(**values: Any) -> Any:
        taken = take(values)
        return command(**{argument: taken}, **values)

    for option in reversed(options):
        gathered = option(gathered)
    return gathered


def fields_of(group: type) -> Callable[[dict[str, Any]], object]:
    """Makes an object of this dataclass of the options that are named like its fields."""
    names = list(group.__dataclass_fields__)  # type: ignore[attr-defined] # a dataclass

    def take(values: dict[str, Any]) -> object:
        return group(**{name: values.pop(name) for name in names if name in values})

    return take


def is_typed(ctx: click.Context, name: str) -> bool:
    """Whether the user typed this parameter: it has no default, and no value of a variable or of a file."""
    return ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE
