"""``steppay-mock config``: shows the settings in effect, and where each value comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from steppay_mock.cli.exit_codes import MISUSED
from steppay_mock.cli.options.address import read_hosts
from steppay_mock.cli.options.config_file import (
    OF_EVENTS,
    body_option,
    config_option,
    endpoint_option,
    parameter_of,
)
from steppay_mock.cli.options.epilog import epilog
from steppay_mock.cli.options.option_table import table_option
from steppay_mock.cli.options.shared import json_option
from steppay_mock.cli.show.terminal import say, write_json, write_table, write_text
from steppay_mock.delivery.options.table import option_named, options_of
from steppay_mock.errors import SteppayMockError

if TYPE_CHECKING:
    from steppay_mock.delivery.config import Config, EndpointEntry

_MASK = "********"


def _sender_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """All options that ``[sender]`` of the file has."""
    for one in reversed(options_of("config")):
        command = table_option(one.name, default="real" if one.name == "speed" else None)(command)
    return command


@click.command(
    "config",
    epilog=epilog(
        "steppay-mock config",
        "steppay-mock config --rate 50 --json",
        "steppay-mock config --config none",
        exit_codes="0 fine, 2 wrong usage, or an endpoint that cannot be sent to.",
    ),
)
@config_option()
@endpoint_option()
@_sender_options
@body_option()
@json_option("it")
@click.pass_context
def command(
    ctx: click.Context, /, *, config: Config | None, endpoints: tuple[str, ...], as_json: bool, **settings: Any
) -> None:
    """Show the settings of `send`, and where each comes from.

    No secret is shown. An enabled endpoint that cannot be sent to is reported, and the exit code is 2.
    """
    if config is None and endpoints:
        raise click.UsageError(
            f"There is no steppay-mock.toml, and so no endpoint {endpoints[0]!r}. Write one, or name it: --config FILE"
        )
    names = [*(one.name for one in options_of("config")), *OF_EVENTS]
    shown = [_ShownSetting.read(ctx, name, settings[parameter_of(name)]) for name in names]
    chosen = () if config is None else config.choose(endpoints) if endpoints else config.endpoints
    receivers = [_ShownEndpoint(entry) for entry in chosen]
    file = None if config is None else str(config.path)
    if as_json:
        write_json(
            {
                "file": file,
                "sender": {one.name: one.as_dict() for one in shown if one.name not in OF_EVENTS},
                "events": {one.name: one.as_dict() for one in shown if one.name in OF_EVENTS},
                "endpoints": [one.as_dict() for one in receivers],
            }
        )
    else:
        write_table(("Setting", "Value", "From"), [(one.name, one.in_words, one.source) for one in shown])
        if receivers:
            write_text("")
            headings = ("Endpoint", "Enabled", "URL", "Events", "Secret", "From", "Access")
            write_table(headings, [one.row for one in receivers], wraps=frozenset({"URL", "Events", "Access"}))
    say(f"file: {file}" if file else "no steppay-mock.toml is read")
    allowed = read_hosts(settings["hosts"])
    problems = [problem for one in receivers if one.entry.enabled for problem in one.problems(allowed)]
    for problem in problems:
        say(f"Error: {problem}")
    ctx.exit(MISUSED if problems else 0)


@dataclass(frozen=True, slots=True)
class _ShownSetting:
    name: str
    value: Any
    source: str

    @classmethod
    def read(cls, ctx: click.Context, name: str, value: Any) -> _ShownSetting:
        """The setting of that name, and where it comes from."""
        parameter = next(one for one in ctx.command.params if one.name == parameter_of(name))
        sources = {
            ParameterSource.COMMANDLINE: parameter.opts[0],
            ParameterSource.ENVIRONMENT: str(parameter.envvar),
            ParameterSource.DEFAULT_MAP: "the file",
        }
        source = sources.get(ctx.get_parameter_source(parameter_of(name)) or ParameterSource.DEFAULT, "default")
        value = option_named(name).default if value is None else value
        return cls(name, list(value) if isinstance(value, tuple) else value, source)

    def as_dict(self) -> dict[str, Any]:
        """The value, and where it comes from."""
        return {"value": self.value, "from": self.source}

    @property
    def in_words(self) -> str:
        if self.value is None:
            return option_named(self.name).default_words
        if self.name == "speed":
            return _speed(self.value)
        if isinstance(self.value, list):
            return ", ".join(map(str, self.value)) or "none"
        if isinstance(self.value, float):
            return f"{self.value:g}"
        return str(self.value).lower() if isinstance(self.value, bool) else str(self.value)


@dataclass(frozen=True, slots=True)
class _ShownEndpoint:
    entry: EndpointEntry

    @property
    def url(self) -> str | None:
        """Where it listens, if that can be said."""
        from steppay_mock.cli.options.address import read_address

        try:
            return str(read_address(self.entry.url))
        except SteppayMockError:
            return None

    @property
    def secrets(self) -> int:
        """How many secrets are there."""
        try:
            return len(self.entry.secrets)
        except SteppayMockError:
            return 0

    @property
    def sources(self) -> list[str]:
        """Where each secret comes from."""
        return [", ".join(names) or "the file" for names in self.entry.secret_variables]

    @property
    def row(self) -> tuple[str, ...]:
        entry = self.entry
        secrets = ", ".join([_MASK] * self.secrets) or "not set"
        enabled = str(entry.enabled).lower()
        events, access = ", ".join(entry.events) or "all", ", ".join(entry.raw_access) or "none"
        return entry.name, enabled, self.url or "?", events, secrets, ", ".join(self.sources), access

    def as_dict(self) -> dict[str, Any]:
        entry = self.entry
        return {
            "name": entry.name,
            "url": self.url,
            "events": list(entry.events),
            "enabled": entry.enabled,
            "secrets": {"count": self.secrets, "from": self.sources},
            "access": list(entry.raw_access),
        }

    def problems(self, allowed: frozenset[str]) -> Iterator[str]:
        """Why nothing could be sent to it."""
        from steppay_mock.delivery.address import DEFAULT_PATH, parse_address
        from steppay_mock.delivery.address.access import read_access

        def reach() -> object:
            access = read_access(self.entry.access)
            return parse_address(self.entry.url, path=DEFAULT_PATH, allowed=allowed, access=access)

        checks: tuple[Callable[[], object], ...] = (
            reach,
            lambda: self.entry.secrets,
        )
        for check in checks:
            try:
                check()
            except SteppayMockError as error:
                told = str(error)
                yield told if told.startswith(self.entry.where) else f"{self.entry.where}: {told}"


def _speed(scale: float) -> str:
    if scale in {0, 1}:
        return "real" if scale else "0: nothing is waited for"
    return f"{1 / scale:g} times as fast"
