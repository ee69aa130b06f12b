"""Which options do several commands share? Each is defined here, once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

import click

from steppay_mock.cli.options.config_file import Decorator as Decorator  # noqa: PLC0414 - its face
from steppay_mock.cli.options.config_file import body_option
from steppay_mock.cli.options.events import Making
from steppay_mock.cli.options.parameter_types import ALL, EventName, FilePath, Moment, ParameterType, Setting
from steppay_mock.cli.options.secret import VARIABLE

_EVERY = "Every event type"
_53_BITS, _64_BITS = "53-bit", "64-bit"


def events_argument() -> Decorator[Any]:
    """One or more event types, or all."""
    return click.argument("events", metavar="EVENT...", nargs=-1, required=True, type=EventName(**{ALL: _EVERY}))


def file_argument(*, several: bool = False) -> Decorator[Any]:
    """A file, or ``-`` for standard input."""
    path = FilePath(allow_dash=True)
    if several:
        return click.argument("files", metavar="FILE...", nargs=-1, required=True, type=path)
    return click.argument("file", metavar="[FILE|-]", default="-", type=path)


def json_option(what: str) -> Decorator[Any]:
    """``--json``: the listing as JSON."""
    return click.option("--json", "as_json", is_flag=True, help=f"Print {what} as JSON.")


def secret_option(purpose: str) -> Decorator[Any]:
    """``--secret``: repeatable, for rotation."""
    return click.option(
        "--secret",
        "secrets",
        metavar="SECRET",
        multiple=True,
        help=f"{purpose} Repeatable, for rotation. Default: the variable {VARIABLE}, which shows in no process list.",
    )


def unsigned_option() -> Decorator[Any]:
    """``--unsigned``: no signature."""
    return click.option("--unsigned", is_flag=True, help="Leave the signature out, to see the receiver refuse it.")


def timestamp_option() -> Decorator[Any]:
    """``--timestamp``: the time of signing."""
    return click.option(
        "--timestamp",
        metavar="N",
        type=click.INT,
        help="When it is sent and signed, in seconds since the epoch. Default: now.",
    )


class EdgeValues(ParameterType):
    """``64-bit``; the option without a value is True."""

    name = "edge"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The value as the recipe takes it."""
        if value not in {_53_BITS, _64_BITS}:
            self.fail(f"{value!r} is no kind of edge. Write --edge, or --edge {_64_BITS}.", param, ctx)
        return value == _53_BITS or _64_BITS


class MakingCommand(click.Command):
    """A command with the options of :func:`making_options`: a word after ``--edge`` is its value only if it can be."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """What click parses."""
        end = args.index("--") if "--" in args else len(args)
        return super().parse_args(ctx, [*_spelled_out(args[:end]), *args[end:]])


def _spelled_out(args: list[str]) -> Iterator[str]:
    """The words, with the value of each ``--edge`` in one word with it: click would take an EVENT for its value."""
    for before, word, after in zip(["", *args], args, [*args[1:], ""], strict=False):
        if word == "--edge":
            yield f"--edge={_64_BITS if after == _64_BITS else _53_BITS}"
        elif (before, word) != ("--edge", _64_BITS):
            yield word


def making_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What decides how events are made; the command gets it together, as ``making``."""

    @wraps(command)
    def gathered(**options: Any) -> Any:
        making = Making(**{name: options.pop(name) for name in Making.__dataclass_fields__})
        return command(making=making, **options)

    for option in reversed(_MAKING):
        gathered = option(gathered)
    return gathered


_MAKING: tuple[Decorator[Any], ...] = (
    click.option("--seed", metavar="S", type=click.INT, help="Same seed, same bytes. Default: one is drawn and told."),
    click.option(
        "--set",
        "settings",
        metavar="PATH=VALUE",
        multiple=True,
        type=Setting(),
        help="Fix a field, as data.items.0.paidAmount=9900. Also timestamp= and isTest=. Repeatable.",
    ),
    click.option(
        "--nulls",
        type=click.Choice(["omit", "null", "mixed"]),
        default="omit",
        show_default=True,
        help="Fields that are null: left out as StepPay does, written, or either by chance.",
    ),
    click.option(
        "--edge",
        is_flag=False,
        flag_value=_53_BITS,
        metavar="[64-bit]",
        type=EdgeValues(),
        help="Values at the ends of what the contract allows. With 64-bit also integers beyond 2^53, which JavaScript "
        "rounds.",
    ),
    click.option(
        "--drift",
        type=click.Choice(["field", "enum", "event"]),
        help="What StepPay may send tomorrow: an unknown field, enumeration value or event type.",
    ),
    click.option(
        "--locale",
        metavar="L",
        default="ko_KR",
        show_default=True,
        help="Whose names and addresses: ko_KR and en_US ship, others come from Faker.",
    ),
    body_option(),
    click.option(
        "--now",
        metavar="MOMENT",
        type=Moment(),
        help="When the first event happens: ISO 8601 with a zone, or epoch seconds. Default: 2025-01-15, so that the "
        "seed alone repeats everything.",
    ),
)
