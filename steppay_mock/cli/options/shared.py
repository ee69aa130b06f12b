"""The options that several commands share, each defined once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import click

from steppay_mock.cli import environment
from steppay_mock.cli.options.config_file import body_option
from steppay_mock.cli.options.events import Making
from steppay_mock.cli.options.gathering import Decorator, fields_of, gather
from steppay_mock.cli.options.parameter_types import (
    ALL,
    EventNameType,
    FilePathType,
    MomentType,
    ParameterType,
    SetValueType,
)

_EVERY = "Every event type"
_53_BITS, _64_BITS = "53-bit", "64-bit"
_EDGE_VALUE = re.compile(r"[0-9]+\W?(bits?)?")  # what somebody may write for a value, and no event type


def events_argument() -> Decorator[Any]:
    """One or more event types, or all."""
    return click.argument("events", metavar="EVENT...", nargs=-1, required=True, type=EventNameType(**{ALL: _EVERY}))


def file_argument(*, several: bool = False) -> Decorator[Any]:
    """A file, or ``-`` for standard input."""
    path = FilePathType(allow_dash=True)
    if several:
        return click.argument("files", metavar="FILE...", nargs=-1, required=True, type=path)
    return click.argument("file", metavar="[FILE|-]", default="-", type=path)


def json_option(what: str) -> Decorator[Any]:
    """``--json``: prints the listing as JSON."""
    return click.option("--json", "as_json", is_flag=True, help=f"Print {what} as JSON.")


def secret_option(purpose: str) -> Decorator[Any]:
    """``--secret``: repeatable, for rotation."""
    return click.option(
        "--secret",
        "secrets",
        metavar="SECRET",
        multiple=True,
        help=f"{purpose} Repeatable, for rotation. Default: the variable {environment.SECRET}, which no "
        "process list shows.",
    )


def unsigned_option() -> Decorator[Any]:
    """``--unsigned``: no signature."""
    return click.option("--unsigned", is_flag=True, help="Send no signature. A right receiver refuses that.")


def timestamp_option() -> Decorator[Any]:
    """``--timestamp``: the time of signing."""
    return click.option(
        "--timestamp",
        metavar="N",
        type=click.INT,
        help="The time of signing, in seconds since the epoch. Default: now.",
    )


class EdgeType(ParameterType):
    """The value of ``--edge``: ``64-bit``, or nothing."""

    name = "edge"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The value as the recipe takes it."""
        if value not in {_53_BITS, _64_BITS}:
            self.fail(f"{value!r} is no kind of edge. Write --edge, or --edge {_64_BITS}.", param, ctx)
        return value == _53_BITS or _64_BITS


class MakingCommand(click.Command):
    """A command with the options of :func:`making_options`. A word after ``--edge`` is its value if it looks so."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """The words as click parses them, after ``--edge`` got its value."""
        end = args.index("--") if "--" in args else len(args)
        return super().parse_args(ctx, [*_spelled_out(args[:end]), *args[end:]])


def _spelled_out(args: list[str]) -> Iterator[str]:
    """The words, with each ``--edge`` and its value as one word ``--edge=VALUE``.

    With ``is_flag=False, flag_value=...`` click takes the next word as the value, also where it is an EVENT.
    """
    for before, word, after in zip(["", *args], args, [*args[1:], ""], strict=False):
        if word == "--edge":
            yield f"--edge={after if _EDGE_VALUE.fullmatch(after) else _53_BITS}"
        elif before != "--edge" or not _EDGE_VALUE.fullmatch(word):
            yield word


def making_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that decide how events are made. The command gets them as one argument, ``making``."""
    return gather(command, "making", take=fields_of(Making), options=_MAKING)


_MAKING: tuple[Decorator[Any], ...] = (
    click.option(
        "--seed",
        metavar="S",
        type=click.INT,
        help="The seed of all chance: the same seed makes the same bytes. Default: a new one, shown on standard error.",
    ),
    click.option(
        "--set",
        "settings",
        metavar="PATH=VALUE",
        multiple=True,
        type=SetValueType(),
        help="Give a field this value, as data.items.0.paidAmount=9900. PATH may also be timestamp or isTest. "
        "Repeatable.",
    ),
    click.option(
        "--nulls",
        type=click.Choice(["omit", "null", "mixed"]),
        default="omit",
        show_default=True,
        help="Fields that are null: left out (as StepPay does), written as null, or one of both by chance.",
    ),
    click.option(
        "--edge",
        is_flag=False,
        flag_value=_53_BITS,
        metavar="[64-bit]",
        type=EdgeType(),
        help="Use the smallest and largest values that the contract allows. With 64-bit also integers above 2^53, "
        "which JavaScript rounds.",
    ),
    click.option(
        "--drift",
        type=click.Choice(["field", "enum", "event"]),
        help="Add what a later version of StepPay may send: an unknown field, enumeration value or event type.",
    ),
    click.option(
        "--locale",
        metavar="L",
        default="ko_KR",
        show_default=True,
        help="The locale of names and addresses. ko_KR and en_US are built in, the others need Faker.",
    ),
    body_option(),
    click.option(
        "--now",
        metavar="MOMENT",
        type=MomentType(of_event=True),
        help="The time of the first event: ISO 8601 with a zone, or epoch seconds. Default: 2025-01-15, so that the "
        "same seed makes the same bytes on any day.",
    ),
)
