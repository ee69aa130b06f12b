"""Rules of every option of every command: its default is told, a file is no folder, and the configuration counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.core import ParameterSource

from steppay_mock.cli.options.access import AccessWords
from steppay_mock.cli.options.config_file import parameter_of
from steppay_mock.cli.options.parameter_types import FilePathType
from steppay_mock.cli.program import program
from steppay_mock.delivery.config import read_config


def commands(name: str = "", command: click.Command = program) -> Iterator[tuple[str, click.Command]]:
    """Every command with its name, groups too."""
    yield name.strip(), command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for inner in command.list_commands(context):
            found = command.get_command(context, inner)
            assert found is not None
            yield from commands(f"{name} {inner}", found)


ALL = dict(commands())
# click keeps the help option of the first context: without the settings of the program, -h is unknown ever after.
PARENT = click.Context(program, info_name="steppay-mock", **program.context_settings)
MAY_BE_FOLDERS = {"captures", "file", "ca_file", "client_cert", "client_key"}
"""Files that are opened by other code, which tells of a folder itself."""
FILE = """
[sender]
journal = "j.sqlite"
concurrency = 2
rate = 2
timeout = 2
retries = [2]
success = [202]
keep_alive = true
speed = "2s=1s"
allow_hosts = ["two.example"]

[events]
body = "compact"
"""
NEEDED = {
    "generate": ["order.created"],
    "send": ["order.created"],
    "resend": ["1"],
    "scenario run": ["refund-in-full"],
    "explore": ["--state-url", "http://a/{customer_id}"],
    "replay": ["sp1.x", "--state-url", "http://a/{customer_id}"],
}
HAVE_SETTINGS = sorted(name for name, command in ALL.items() if any(one.name == "config" for one in command.params))


@pytest.mark.parametrize("name", HAVE_SETTINGS)
@pytest.mark.parametrize("said", [True, False])
def test_the_file_has_the_default_of_every_option_that_is_a_setting(name: str, *, said: bool, tmp_path: Path) -> None:
    path = tmp_path / ("other.toml" if said else "steppay-mock.toml")
    path.write_text(FILE, encoding="utf-8")
    config = read_config(path)
    settings = {parameter_of(setting): setting for setting in (*config.sender, *config.events)}
    words = [*NEEDED.get(name, []), *(["--config", str(path)] if said else [])]
    context = ALL[name].make_context(name, words, parent=PARENT)
    found = {param.name for param in ALL[name].params} & settings.keys()
    assert found
    assert {one: context.get_parameter_source(one) for one in found} == dict.fromkeys(
        found, ParameterSource.DEFAULT_MAP
    )
    plain = ALL[name].make_context(name, [*NEEDED.get(name, []), *_journal(name), "--config", "none"], parent=PARENT)
    assert ParameterSource.DEFAULT_MAP not in {plain.get_parameter_source(one) for one in found}


def _journal(name: str) -> list[str]:
    return ["--journal", "j.sqlite"] if any(one.name == "journal" and one.required for one in ALL[name].params) else []


@pytest.mark.parametrize("name", ALL)
def test_options_tell_their_default_their_variable_and_whether_they_are_repeatable(name: str) -> None:
    for option in ALL[name].params:
        if isinstance(option, click.Option):
            told = option.help or ""
            if isinstance(option.default, str | int | float) and not option.is_flag:
                assert option.show_default or "Default: " in told, option
            assert bool(option.envvar) is (option.show_envvar or str(option.envvar) in told), option
            assert option.multiple is ("Repeatable" in told or option.name == "hosts"), option
            assert option.is_eager is (option.name in {"config", "version", "help"}), option


def _is_file(option: click.Parameter) -> bool:
    is_option = isinstance(option, click.Option)
    return is_option and isinstance(option.type, FilePathType) and option.name not in MAY_BE_FOLDERS


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    found = set()
    for name, command in ALL.items():
        for option in command.params:
            if _is_file(option):
                found.add(option.name)
                with pytest.raises(click.BadParameter, match=r"is a directory\. Name a file\."):
                    option.type.convert(str(tmp_path), option, click.Context(command, info_name=name))
    assert found == {"baseline", "journal", "files", "data"}


def test_a_password_in_a_url_counts_more_than_that_of_the_file(
    write: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("STEPPAY_MOCK_HEADER", raising=False)
    text = '[[endpoints]]\nname = "shop"\nurl = "http://127.0.0.1:8000/hook"\nbasic_auth = "kim:pw"\n'
    config = read_config(Path(write("steppay-mock.toml", text)))
    plain: dict[str, Any] = dict.fromkeys(AccessWords.__dataclass_fields__)
    unsaid, said = (AccessWords(**{**plain, "headers": (), "auth": auth}) for auth in (None, ("lee", "pw")))
    url, with_password = "http://127.0.0.1:8000/hook", "http://han:pw@127.0.0.1:8000/hook"
    found = {
        (words is said, one is with_password): words.for_url(one, config).get("auth")
        for words in (unsaid, said)
        for one in (url, with_password)
    }
    assert found == {
        (False, False): ("kim", "pw"),
        (False, True): None,
        (True, False): ("lee", "pw"),
        (True, True): ("lee", "pw"),
    }
