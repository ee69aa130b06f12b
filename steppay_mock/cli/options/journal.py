"""The options and arguments of commands that read or write a journal."""

from __future__ import annotations

from typing import Any

import click

from steppay_mock.cli.options.config_file import setting_option
from steppay_mock.cli.options.gathering import Decorator
from steppay_mock.cli.options.parameter_types import FilePathType


def journal_option(purpose: str, *, required: bool = True) -> Decorator[Any]:
    """``--journal``: the file that records deliveries."""
    return setting_option(
        "--journal",
        setting="journal",
        metavar="FILE",
        required=required,
        type=FilePathType(dir_okay=False),
        help=purpose,
    )


class _DeliveryNumberType(click.IntRange):
    name = "number of a delivery, such as 3"  # ends the message about a word that is no number


def deliveries_argument() -> Decorator[Any]:
    """The numbers of one or more deliveries."""
    return click.argument("ids", metavar="ID...", nargs=-1, required=True, type=_DeliveryNumberType(min=1))
