"""Reads a time such as 10m: that of ``explore --late-by`` and of ``trigger advance``."""

from __future__ import annotations

from typing import Any

import click

from steppay_mock.cli.options.parameter_types import ParameterType
from steppay_mock.errors import SteppayMockError


class LateByType(ParameterType):
    """A time such as ``10m``; a number alone counts seconds."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float | None:
        """The seconds."""
        from steppay_mock.ordering.bounding import read_late_by

        try:
            return read_late_by(f"{value}s" if str(value).isdecimal() else value)
        except SteppayMockError:
            self.fail(f"{str(value)[:80]!r} is no time. Write it as 90s, 10m, 2h or 1d.", param, ctx)
