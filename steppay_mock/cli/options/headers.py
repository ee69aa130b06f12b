"""Reads the headers that let in; messages never show what is wrong with one."""

from __future__ import annotations

import os
from typing import Any

import click

from steppay_mock.cli.options.parameter_types import ParameterType
from steppay_mock.errors import SteppayMockError

VARIABLE = "STEPPAY_MOCK_HEADER"
STATE_VARIABLE = "STEPPAY_MOCK_STATE_HEADER"


class HeaderField(ParameterType):
    """A header, written as on the wire. What is wrong with one is told without showing it."""

    name = "header"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        """Name and value."""
        if isinstance(value, tuple):
            return value
        try:
            return _read_header(value)
        except SteppayMockError as error:
            self.fail(str(error), param, ctx)


def headers_of(given: tuple[tuple[str, str], ...], *, variable: str = VARIABLE) -> dict[str, str]:
    """The headers of an option, else the one of its variable; two of one name are a usage error."""
    names = [name for name, _ in given]
    for name in names:
        if names.count(name) > 1:
            raise click.UsageError(f"The header {name} is given twice. Leave one of them out, or join their values.")
    if given:
        return dict(given)
    found = os.environ.get(variable)
    if not found:
        return {}
    try:
        return dict([_read_header(found)])
    except SteppayMockError as error:
        raise click.UsageError(f"The variable {variable} is of no use: {error}") from None


def _read_header(text: str) -> tuple[str, str]:
    from steppay_mock.delivery.address.access_headers import read_headers

    name, colon, value = text.partition(":")
    (found,) = read_headers({name.strip() if colon else "": value.strip()}).items()
    return found
