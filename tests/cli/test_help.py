"""Help texts and the page about them: their examples parse, run, and name what there is."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from steppay_mock.cli.program import COMMANDS, program

pytestmark = pytest.mark.exhaustive  # alike on every Python

PAGE = (Path(__file__).parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## ([\w -]+)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))
CONTEXT = click.Context(program, info_name="steppay-mock", **program.context_settings)


def command_of(name: str) -> click.Command:
    command: click.Command | None = program
    for word in name.split():
        assert isinstance(command, click.Group)
        command = command.get_command(CONTEXT, word)
    assert command is not None
    return command


def leaves(name: str) -> list[str]:
    """The commands that do something: those of a group in its place, or behind it if it does something itself."""
    command = command_of(name)
    if not isinstance(command, click.Group):
        return [name]
    return [*([name] if command.invoke_without_command else []), *(f"{name} {inner}" for inner in command.commands)]


LEAVES = [leaf for name in COMMANDS for leaf in leaves(name)]
ARRIVE = {"send": 27 * 21 + 2, "scenario run": 8, "log": 2, "log show": 1, "resend": 4, "resume": 1}
RUN_ELSEWHERE = {
    "serve-api",
    "dev",
    "listen",
    "trigger",
    "explore",
    "replay",
    "check",
}  # their own tests run what the page shows


def options_of(name: str) -> set[str]:
    return {flag for param in command_of(name).params if isinstance(param, click.Option) for flag in param.opts}


def examples_of(help_text: str) -> list[str]:
    block = help_text.partition("Examples:\n")[2].partition("\n\n")[0]
    return [line.strip() for line in block.splitlines()]


def invocations(line: str) -> Iterator[list[str]]:
    """The arguments of each ``steppay-mock`` in a line of shell."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|<>()")
    lexer.whitespace_split = True
    words: list[str] = []
    for word in [*lexer, "|"]:
        if word in {"|", "<", ">"}:
            if words[:1] == ["steppay-mock"]:
                yield words[1:]
            words = []
        else:
            words.append(word)


def parse(args: list[str]) -> str:
    """Parse as the command line does, without doing anything; the name of the command."""
    names: list[str] = []
    command: click.Command | None = program
    rest = list(args)
    context = program.make_context("steppay-mock", rest)
    while isinstance(command, click.Group):
        if names and command.invoke_without_command and rest[0] not in command.commands:
            break  # its own options: it is not a command of it that is meant
        name, command, rest = command.resolve_command(context, rest)
        names.append(str(name))
        assert command is not None
        context = command.make_context(name, list(rest), parent=context)
    return " ".join(names)


def codes_in(text: str) -> list[str]:
    return re.findall(r"\b\d\b", re.sub(r"\(.*?\)", "", text))


def words_of(table: str) -> list[list[str]]:
    """The words of each line, with a latency in milliseconds as ``ms``."""
    return [re.sub(r"\b\d+\.\d$", "ms", line).split() for line in table.splitlines()]


@pytest.mark.parametrize("name", LEAVES)
def test_every_help_has_examples_that_parse_and_exit_codes(name: str, run: Any) -> None:
    done = run(*name.split(), "--help")
    assert done.code == 0
    assert done.err == ""
    examples = examples_of(done.out)
    assert examples
    found = [parse(args) for line in examples for args in invocations(line)]
    assert name in found
    assert len(found) >= len(examples)
    assert "Exit codes: 0 " in done.out


def test_the_examples_of_the_root_parse(run: Any) -> None:
    examples = examples_of(run("-h").out)
    assert [parse(args) for line in examples for args in invocations(line)] == ["generate", "send"]


@pytest.mark.parametrize("name", [*LEAVES, "scenario"])
def test_no_help_shows_a_secret_of_the_environment(name: str, run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEPPAY_WEBHOOK_SECRET", "whsec_never_shown")
    monkeypatch.setenv("STEPPAY_SECRET_TOKEN", "whsec_never_shown")
    assert "whsec_never_shown" not in run(*name.split(), "--help").out


@pytest.mark.parametrize("name", LEAVES)
def test_every_option_is_explained(name: str) -> None:
    for param in command_of(name).params:
        assert not isinstance(param, click.Option) or param.help


def test_the_page_lists_the_commands_in_their_order() -> None:
    assert [name for name in SECTIONS if name != "Completion"] == LEAVES


def test_the_page_begins_with_a_command_and_what_it_prints(run: Any, receiver: Any) -> None:
    def accept(_request: Any) -> Any:
        from werkzeug import Response

        return Response(status=200)

    receiver.answer = accept
    head = PAGE.partition("\n## ")[0]
    (script,) = re.findall(r"^```sh\n(.*?)^```$", head, re.MULTILINE | re.DOTALL)
    (text,) = re.findall(r"^```text\n(.*?)^```$", head, re.MULTILINE | re.DOTALL)
    address = receiver.url.removesuffix("/webhooks/steppay")
    done = run(*shlex.split(script.replace("http://127.0.0.1:8000", address))[1:])
    printed = (done.out + done.err).replace(address, "http://127.0.0.1:8000")
    assert words_of(printed) == words_of(text)


@pytest.mark.parametrize("name", LEAVES)
def test_the_page_lists_the_options_of_a_command(name: str) -> None:
    rows = re.findall(r"^\| (`-.*?) \|", SECTIONS[name], re.MULTILINE)
    assert {flag for row in rows for flag in re.findall(r"`(-[\w-]+)`", row)} == options_of(name)


@pytest.mark.parametrize("name", LEAVES)
def test_the_page_and_the_help_agree_on_the_exit_codes(name: str, run: Any) -> None:
    said = re.findall(r"^Exit codes: ((?:.|\n)*?)\.$", SECTIONS[name], re.MULTILINE)
    helped = run(*name.split(), "--help").out.partition("Exit codes: ")[2]
    assert len(said) == 1
    assert codes_in(said[0]) == codes_in(helped)


@pytest.mark.parametrize("name", [name for name in LEAVES if name not in RUN_ELSEWHERE])
def test_the_examples_of_the_page_run(name: str, tmp_path: Path, receiver: Any) -> None:
    def accept(_request: Any) -> Any:
        from werkzeug import Response

        return Response(status=204)

    receiver.answer = accept
    scripts = re.findall(r"^```sh\n(.*?)^```$", SECTIONS[name], re.MULTILINE | re.DOTALL)
    assert scripts
    script = "".join(scripts).replace("http://127.0.0.1:8000/webhooks/steppay", receiver.url)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert len(receiver.requests) == ARRIVE.get(name, 0)
