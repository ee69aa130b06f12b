"""Every option says what it takes: its default, its variable, its bounds, and whether it is repeated."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click

from steppay_mock.cli.program import COMMANDS, program

PAGE = (Path(__file__).parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## ([\w -]+)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))
ROOT = click.Context(program, info_name="steppay-mock", **program.context_settings)

BOUNDS = {
    "generate -n": (1, 1_000_000_000),
    "check --accept": (100, 599),
    "check --api-port": (0, 65_535),
    "check --budget": (1, 100_000_000),
    "check --jobs": (1, 64),
    "check --mutate-max": (1, None),
    "check --seed": (0, None),
    "send -n": (1, None),
    "log --run": (1, None),
    "log --limit": (0, None),
    "log show ID": (1, None),
    "resend ID...": (1, None),
    "explore --seeds": (1, 1_000),
    "explore --budget": (1, 100_000_000),
    "explore --strength": (2, 4),
    "explore --distance": (1, 100_000),
    "explore --overlap": (1, 10_000),
    "explore --accept": (100, 599),
    "explore --given": (0, 100_000),
    "explore --api-port": (0, 65_535),
    "replay --accept": (100, 599),
    "replay --given": (0, 100_000),
    "replay --api-port": (0, 65_535),
    "serve-api --port": (0, 65_535),
    "dev --port": (0, 65_535),
    "listen --port": (0, 65_535),
}


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command by its words, those of a group behind the group."""
    for name in COMMANDS:
        command = program.get_command(ROOT, name)
        assert command is not None
        yield name, command
        for inner, one in command.commands.items() if isinstance(command, click.Group) else ():
            yield f"{name} {inner}", one


OPTIONS = [
    (name, option, option.get_help_record(click.Context(command)))
    for name, command in commands()
    for option in command.params
    if isinstance(option, click.Option)
]


def told() -> Iterator[tuple[str, click.Option, str]]:
    """Every option with its command, and what the help says of it, in one line."""
    for name, option, record in OPTIONS:
        assert record is not None
        yield f"{name} {option.opts[-1]}", option, " ".join(record[1].split())


def test_the_help_says_whether_an_option_is_repeated() -> None:
    silent = [name for name, option, text in told() if option.multiple != ("Repeatable" in text)]
    assert {name.rpartition(" ")[2] for name in silent} == {"--allow-host"}  # its words are those of the library


def test_the_help_says_what_is_taken_if_an_option_is_left_out() -> None:
    plain = [one for one in told() if not one[1].is_flag and isinstance(one[1].default, (int, float, str))]
    assert [name for name, option, text in plain if "default: " not in text.lower()] == []


def test_the_help_names_the_variable_that_is_read() -> None:
    assert [name for name, option, text in told() if option.envvar and f"env var: {option.envvar}" not in text] == []


def test_what_takes_a_value_has_a_name_for_it() -> None:
    named = {name: bool(option.metavar or isinstance(option.type, click.Choice)) for name, option, _ in told()}
    assert [name for name, option, _ in told() if option.is_flag == named[name]] == []


def test_whole_numbers_have_these_bounds() -> None:
    found = {
        f"{name} {one.metavar if isinstance(one, click.Argument) else one.opts[0]}": (one.type.min, one.type.max)
        for name, command in commands()
        for one in command.params
        if isinstance(one.type, click.IntRange)
    }
    assert found == BOUNDS


def documented() -> Iterator[tuple[str, str, float]]:
    """The command, the option and the default of each row of the page that says a number."""
    for name, text in SECTIONS.items():
        for flag, default in re.findall(r"^\| `(--?[\w-]+)` \|[^|]* Default: ([\d,]+)[. ](?!\d)", text, re.MULTILINE):
            yield name, flag, float(default.replace(",", ""))


def test_the_defaults_are_those_of_the_page() -> None:
    known = {(name.rpartition(" ")[0], option.opts[0]): option.default for name, option, _ in told()}
    # What only a sender has is None here, and gets its default there.
    said = [one for one in documented() if isinstance(known[one[0], one[1]], (int, float))]
    assert len(said) > 8
    assert [(name, flag, known[name, flag]) for name, flag, _ in said] == said
