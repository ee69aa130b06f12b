"""Options that ``steppay-mock.toml`` has defaults for: the flag counts first, then the environment, then the file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from steppay_mock.cli.options.gathering import Decorator
from steppay_mock.payload.body import DEFAULT_FORM, BodyForm

if TYPE_CHECKING:
    from steppay_mock.delivery.config import Config

NO_FILE = "none"

OF_EVENTS = ("body",)
"""The settings of ``[events]``."""


def parameter_of(setting: str) -> str:
    """The parameter of a command that takes a setting of the file."""
    return "hosts" if setting == "allow_hosts" else setting  # it takes several, one at a time


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
        help="The file with endpoints and defaults, or none. Default: the nearest steppay-mock.toml, in this folder or "
        "above.",
    )


def setting_option(*declarations: str, setting: str, **attributes: Any) -> Decorator[Any]:
    """An option that has a setting of the file for its default, and an environment variable before that."""
    variable = f"STEPPAY_MOCK_{setting.upper()}"
    return click.option(*declarations, parameter_of(setting), envvar=variable, show_envvar=True, **attributes)


def body_option() -> Decorator[Any]:
    """``--body``: in which form the bodies of events are written."""
    return setting_option(
        "--body",
        setting="body",
        type=click.Choice(get_args(BodyForm)),
        default=DEFAULT_FORM,
        show_default=True,
        help="The form of the body: pretty (one field a line, indented; assumed, fact 34), compact (without white "
        "space), or escaped (compact, with \\uXXXX for Hangul).",
    )


def endpoint_option() -> Decorator[Any]:
    """``--endpoint``: repeatable, for endpoints of the file."""
    return click.option(
        "--endpoint",
        "endpoints",
        metavar="NAME",
        multiple=True,
        help="Send to this endpoint of steppay-mock.toml. Repeatable. Default: all enabled endpoints.",
    )


def _load(ctx: click.Context, _parameter: click.Parameter, value: str | None) -> Config | None:
    if value == NO_FILE or ctx.resilient_parsing:
        return None
    from steppay_mock.delivery.config import find_config, read_config

    path = find_config() if value is None else Path(value)
    if path is None:
        return None
    config = read_config(path)
    ctx.default_map = {parameter_of(name): _later(config, name) for name in (*config.sender, *config.events)}
    return config


def _later(config: Config, name: str) -> Callable[[], Any]:
    """The setting when it is needed: where a flag counts more, a variable of the file need not be set."""

    def look_up() -> Any:
        return config.option(name)

    return look_up
