"""What does ``steppay-mock.toml`` say to a command? What an option leaves out: flag before environment before file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from steppay_mock.payload.body import DEFAULT_FORM, BodyForm

if TYPE_CHECKING:
    from steppay_mock.cli.options.shared import Decorator
    from steppay_mock.delivery.config import Config

NO_FILE = "none"

PARAMETERS = {
    name: "hosts" if name == "allow_hosts" else name
    for name in (
        *("journal", "concurrency", "rate", "timeout", "retries", "success", "keep_alive", "speed", "allow_hosts"),
    )
}
"""The settings of ``[sender]``, and the parameters of commands that they are defaults of."""
OF_EVENTS = {"body": "body"}
"""The same for the settings of ``[events]``."""


def config_option() -> Decorator[Any]:
    """``--config``: read before the others, whose defaults it has; the command gets what was read, or None."""
    return click.option(
        "--config",
        "config",
        metavar="FILE",
        envvar="STEPPAY_MOCK_CONFIG",
        show_envvar=True,
        is_eager=True,
        callback=_load,
        help="The file that has endpoints and defaults, or none. Default: the nearest steppay-mock.toml, upwards from "
        "here.",
    )


def setting_option(*declarations: str, setting: str, **attributes: Any) -> Decorator[Any]:
    """An option that has a setting of the file for its default, and an environment variable before that."""
    variable, parameter = f"STEPPAY_MOCK_{setting.upper()}", {**PARAMETERS, **OF_EVENTS}[setting]
    return click.option(*declarations, parameter, envvar=variable, show_envvar=True, **attributes)


def body_option() -> Decorator[Any]:
    """``--body``: in which form the bodies of events are written."""
    return setting_option(
        "--body",
        setting="body",
        type=click.Choice(get_args(BodyForm)),
        default=DEFAULT_FORM,
        show_default=True,
        help="How the body is written: indented with one field a line (assumed, fact 34), without white space, or so "
        "with \\uXXXX for Hangul.",
    )


def endpoint_option() -> Decorator[Any]:
    """``--endpoint``: repeatable, for endpoints of the file."""
    return click.option(
        "--endpoint",
        "endpoints",
        metavar="NAME",
        multiple=True,
        help="Send to this endpoint of steppay-mock.toml. Repeatable. Default: to all that are enabled.",
    )


def _load(ctx: click.Context, _parameter: click.Parameter, value: str | None) -> Config | None:
    if value == NO_FILE or ctx.resilient_parsing:
        return None
    from steppay_mock.delivery.config import find_config, read_config

    path = find_config() if value is None else Path(value)
    if path is None:
        return None
    config = read_config(path)
    settings = {name: PARAMETERS[name] for name in config.sender} | {name: OF_EVENTS[name] for name in config.events}
    ctx.default_map = {parameter: _later(config, name) for name, parameter in settings.items()}
    return config


def _later(config: Config, name: str) -> Callable[[], Any]:
    """The setting when it is needed: a variable that is not set is no matter where something else is said."""

    def look_up() -> Any:
        return config.option(name)

    return look_up
