"""Options of the command line that are made from the table of the options of delivery."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from steppay_mock.cli.options.config_file import parameter_of, setting_option
from steppay_mock.cli.options.gathering import Decorator, gather
from steppay_mock.cli.options.parameter_types import CompletedType, FilePathType
from steppay_mock.delivery.options.table import option_named, options_of
from steppay_mock.errors import WrongValueError, did_you_mean
from steppay_mock.values import ChoiceValue, FlagValue

if TYPE_CHECKING:
    from steppay_mock.delivery.options.option import Option

_AS_BEGUN = "that of the run"
_TOLD = {ParameterSource.COMMANDLINE, ParameterSource.ENVIRONMENT}
"""What counts more than how a run was begun; the file does not."""


class OptionValueType(CompletedType):
    """The value of an option of the table, as it reads and checks it."""

    def __init__(self, option: Option, *, default_words: str = "") -> None:
        self.name = option.name
        self._option = option
        self._next_step = f"Leave it out for {default_words}." if default_words else option.next_step

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The value as Python takes it. The message names no Python: it says what the text may be."""
        try:
            found = self._option.type.parse(value) if isinstance(value, str) else value
            self._option.check(found)
        except (ValueError, WrongValueError):
            text, kind = str(value)[:80], self._option.type
            next_step = did_you_mean(text, kind.words).strip() or self._next_step
            self.fail(f"{text!r}: expected {kind.expected_text}. {next_step}", param, ctx)
        return tuple(found) if isinstance(found, list) else found

    def words(self) -> dict[str, str | None]:
        """The words that the option knows."""
        return dict.fromkeys(self._option.type.words)


def table_option(name: str, *, default: Any = None, default_words: str = "", help_text: str = "") -> Decorator[Any]:
    """The option of that name, with another default or help text if a command has its own.

    An option that the file has too has the file's value for its default, and an environment variable before that.
    """
    option = option_named(name)
    words = default_words or option.default_in_words
    attributes: dict[str, Any] = {"help": f"{help_text or option.help} Default: {words}."}
    flags = [option.parameter]
    if isinstance(option.type, FlagValue):
        flags = [f"{option.parameter}/--no-{option.parameter.removeprefix('--')}"]
        attributes["default"] = option.default
    elif option.is_repeatable:
        attributes |= {"multiple": True, "metavar": option.metavar}
    elif isinstance(option.type, ChoiceValue):
        attributes |= {"type": click.Choice(option.type.words), "default": option.default}
    elif option.is_path:
        attributes |= {"type": FilePathType(dir_okay=False), "metavar": option.metavar}
    else:
        said = (help_text or option.help).removesuffix(".")
        attributes["help"] = f"{said}: {option.type.expected_text}. Default: {words}."
        # What only a sender has stays None if it is left out: the command sees whether a sender was asked for.
        default = option.default if default is None and "deliver" in option.doors and not default_words else default
        attributes |= {
            "type": OptionValueType(option, default_words=default_words),
            "metavar": option.metavar,
            "default": default,
        }
    if "config" in option.doors:
        return setting_option(*flags, setting=name, **attributes)
    return click.option(*flags, parameter_of(name), **attributes)


def remembered_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that a resumed run remembers; the command gets those that it was given, as ``told``."""
    names = [one.name for one in options_of("cli") if one.is_remembered]
    return _told_options(command, names, default_words=_AS_BEGUN)


def dev_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of deliveries of ``dev``; the command gets those that it was given, as ``told``."""
    return _told_options(command, [one.name for one in options_of("dev")])


def _told_options(command: Callable[..., Any], names: list[str], *, default_words: str = "") -> Callable[..., Any]:
    def take(options: dict[str, Any]) -> dict[str, Any]:
        context = click.get_current_context()
        values = {name: options.pop(parameter_of(name)) for name in names}
        return {name: values[name] for name in names if context.get_parameter_source(parameter_of(name)) in _TOLD}

    of_table = [table_option(name, default_words=default_words) for name in names]
    return gather(command, "told", take=take, options=of_table)
