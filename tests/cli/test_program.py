"""The root command: what it loads, what it answers to wrong words, and how every failure ends."""

import json
import os
import re
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import pytest
from click.shell_completion import ShellComplete

from steppay_mock import ContractViolation, EventType, SteppayMockError, __version__
from steppay_mock.cli.failures import failures_told
from steppay_mock.cli.options.parameter_types import EventNameType, MomentType, SecondsType, SetValueType
from steppay_mock.cli.program import COMMANDS, program
from steppay_mock.contract.catalogue import catalogue

HEAVY = {"jsonschema", "jsonschema_rs", "faker", "werkzeug", "rich", "urllib3", "requests", "pytest"}

# As the installed script does, but with this interpreter.
MAIN = [sys.executable, "-m", "steppay_mock.cli"]


def spawn(*args: str, **options: Any) -> subprocess.CompletedProcess[bytes]:
    command: list[str | bytes] = [*MAIN, *map(str.encode, args)]  # as bytes: the locale of the tests may lack Hangul
    return subprocess.run(command, check=False, timeout=60, **{"capture_output": True, **options})


@pytest.mark.parametrize(
    "args", [["--help"], ["--version"], ["generate", "--help"], ["events", "--json"]], ids=" ".join
)
def test_what_needs_no_library_loads_none(args: list[str]) -> None:
    script = (
        "import sys\n"
        f"sys.argv = ['steppay-mock', *{args!r}]\n"
        "from steppay_mock.cli import main\n"
        "try:\n    main()\n"
        "except SystemExit as stop:\n    assert not stop.code\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8", check=True)
    loaded = {name.partition(".")[0] for name in done.stderr.split()}
    assert "click" in loaded
    assert not loaded & HEAVY


def test_the_version_is_that_of_the_package(run: Any) -> None:
    assert run("--version").out == f"steppay-mock {__version__}\n"


def test_every_command_is_listed_with_a_summary_that_is_not_cut(run: Any) -> None:
    done = run("--help")
    listed = [line.split()[0] for line in done.out.partition("Commands:\n")[2].partition("\n\n")[0].splitlines()]
    assert tuple(listed) == COMMANDS
    assert "..." not in done.out.partition("Commands:\n")[2].partition("\n\n")[0]


def test_an_unknown_command_names_the_nearest(run: Any) -> None:
    done = run("evnets")
    assert done.code == 2
    assert "Unknown command 'evnets'. Did you mean 'events'? Commands are events, schema, generate," in done.err
    assert done.out == ""


def test_a_word_far_from_every_command_lists_them(run: Any) -> None:
    done = run("xyzzy")
    assert done.code == 2
    assert "Unknown command 'xyzzy'. Commands are events" in done.err


def test_an_unknown_option_points_to_the_help(run: Any) -> None:
    done = run("--loud")
    assert done.code == 2
    assert "No such option" in done.err
    assert re.search("Try 'steppay-mock (--help|-h)' for help", done.err)  # before click 8.4 it was the short one


@pytest.mark.parametrize(
    ("failure", "code", "told"),
    [
        (SteppayMockError("Misused. Do this."), 2, "Error: Misused. Do this."),
        (
            ContractViolation(kind="k", event="e", path="$", expected="x", sent="y", next_step="z"),
            1,
            "Error: e: $\n  expected: x\n  sent:     y\n  next:     z",
        ),
        (click.UsageError("Wrong."), 2, "Error: Wrong."),
        (click.FileError("a", "no"), 2, "Error: Could not open file 'a': no"),
        (RecursionError(), 2, "Error: This is nested too deeply. Use fewer levels of lists and objects."),
        (KeyboardInterrupt(), 130, ""),
        (click.Abort(), 130, ""),
        (
            PermissionError(13, "Permission denied", "x.json"),
            2,
            "Error: x.json: Permission denied. Correct that, then repeat the command.",
        ),
        (
            ZeroDivisionError("ours"),
            70,
            (
                "Error: steppay-mock itself failed: ZeroDivisionError: ours. Please report it with the command and "
                "what STEPPAY_MOCK_TRACEBACK=1 adds to this message."
            ),
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_every_failure_is_told_in_words_and_has_its_code(
    failure: BaseException, code: int, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(click.exceptions.Exit) as stop, failures_told():
        raise failure
    assert stop.value.exit_code == code
    assert capsys.readouterr().err.strip() == told


def test_the_traceback_of_a_fault_of_ours_is_shown_on_request(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STEPPAY_MOCK_TRACEBACK", "1")
    with pytest.raises(click.exceptions.Exit), failures_told():
        raise ZeroDivisionError("ours")
    assert "Traceback (most recent call last)" in capsys.readouterr().err


@pytest.mark.parametrize(
    "args",
    [["generate", "all", "-n", "100000", "--format", "ndjson", "--seed", "1"], ["schema", "--all"], ["generate", "-h"]],
    ids=lambda args: args[0],
)
def test_a_reader_that_leaves_early_is_no_error(args: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run([*MAIN, *args], stdout=writing, stderr=subprocess.PIPE, check=False, timeout=60)
    finally:
        os.close(writing)
    assert done.returncode == 141
    assert done.stderr == b""


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_disk_is_told(tmp_path: Path, unbuffered: str) -> None:
    script = (
        "import resource, signal\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n"
        "from steppay_mock.cli import main\nimport sys\nsys.argv = ['steppay-mock', 'schema', '--all']\nmain()"
    )
    with (tmp_path / "out").open("wb") as out:
        done = subprocess.run(
            [sys.executable, "-B", "-c", script],
            stdout=out,
            stderr=subprocess.PIPE,
            check=False,
            timeout=60,
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
        )
    assert done.returncode == 2
    assert done.stderr.decode() == "Error: The output cannot be written: File too large. Write it to another place.\n"


def test_ctrl_c_ends_quietly() -> None:
    args = [*MAIN, "generate", "all", "-n", "1000000", "--format", "ndjson"]
    with subprocess.Popen(args, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith(b"seed ")  # it is at work now
        process.send_signal(signal.SIGINT)
        assert process.stderr.read() == b"\n"
    assert process.returncode == 130


def test_closed_standard_streams_are_no_accident(tmp_path: Path) -> None:
    script = f'exec "{sys.executable}" -m steppay_mock.cli "$@"'
    closed_in = subprocess.run(
        ["sh", "-c", f"{script} <&-", "sh", "validate", "-"], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert (closed_in.returncode, closed_in.stdout) == (2, "")
    assert closed_in.stderr == "Error: Standard input is closed. Name a file, or pipe a payload in.\n"
    closed_out = subprocess.run(
        ["sh", "-c", f"{script} >&-", "sh", "events"], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert (closed_out.returncode, closed_out.stderr) == (0, "")


@pytest.mark.parametrize("encoding", ["ascii", "cp949", "utf-8"])
def test_output_is_utf_8_whatever_the_locale(encoding: str) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    assert "주문 생성" in spawn("events", env=environment).stdout.decode()
    assert "주문 생성" in spawn("events", "--json", env=environment).stdout.decode()
    wrong = spawn("generate", "주문", env=environment)
    assert wrong.returncode == 2
    assert b"Traceback" not in wrong.stderr


def complete(*args: str, incomplete: str) -> list[str]:
    completer = ShellComplete(program, {}, "steppay-mock", "_STEPPAY_MOCK_COMPLETE")
    return [item.value for item in completer.get_completions(list(args), incomplete)]


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        (("sign", "-", "--secret", "비밀"), "is not valid UTF-8"),
        (("generate", "order.created", "--set", "data.code=주문"), "cannot be written as JSON"),
        (("send", "order.created", "--unsigned", "--to", "http://localhost/웹훅"), "This URL cannot be used"),
        (("validate", "없다.json"), "No such file"),
    ],
)
def test_a_locale_without_the_letters_of_the_arguments_is_told(words: tuple[str, ...], wrong: str) -> None:
    ascii_alone = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = spawn(*words, input=b"{}", env={**os.environ, **ascii_alone})
    assert done.returncode == 2
    assert wrong in done.stderr.decode()
    assert done.stderr.decode().splitlines()[-1] == (
        "hint: the locale of this process is ascii, which lacks letters of the arguments: they were not read as text. "
        "Set LC_ALL=C.UTF-8 or PYTHONUTF8=1, and repeat the command."
    )
    unspoken = spawn("validate", "nothing.json", env={**os.environ, **ascii_alone})
    assert "hint" not in unspoken.stderr.decode()


def test_event_types_are_completed() -> None:
    assert complete("generate", incomplete="") == ["all", *EventType]
    assert complete("generate", incomplete="cover.p") == ["cover.paused"]
    assert complete("generate", "order.created", incomplete="payment.s") == ["payment.standby"]
    assert complete("send", "--to", "http://localhost", incomplete="subscription.u") == [
        "subscription.updated",
        "subscription.usage.added",
    ]
    assert complete("schema", incomplete="e") == ["envelope"]
    assert complete("generate", incomplete="nothing") == []
    assert complete("nothing", incomplete="order") == []


def test_commands_and_options_are_completed() -> None:
    assert complete(incomplete="s") == ["schema", "sign", "send", "scenario", "serve-api"]
    assert "--allow-host" in complete("send", incomplete="--a")
    assert complete("generate", "--nulls", incomplete="") == ["omit", "null", "mixed"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shells_get_a_script_and_completions(shell: str) -> None:
    environment = {**os.environ, "_STEPPAY_MOCK_COMPLETE": f"{shell}_source"}
    assert b"_STEPPAY_MOCK_COMPLETE" in spawn(env=environment).stdout
    words = {"COMP_WORDS": "steppay-mock generate payment.st", "COMP_CWORD": "payment.st" if shell == "fish" else "2"}
    done = spawn(env={**environment, "_STEPPAY_MOCK_COMPLETE": f"{shell}_complete", **words})
    assert "payment.standby" in done.stdout.decode()
    assert "order.created" not in done.stdout.decode()


def test_every_completed_event_type_is_explained() -> None:
    completer = ShellComplete(program, {}, "steppay-mock", "_STEPPAY_MOCK_COMPLETE")
    told = {item.value: item.help for item in completer.get_completions(["generate"], "")}
    assert told.pop("all") == "Every event type"
    assert told == {str(name): entry.title for name, entry in catalogue().items()}


def test_the_module_runs_as_the_script_does() -> None:
    script = Path(sys.executable).with_name("steppay-mock")
    by_script = subprocess.run([script, "events", "--json"], capture_output=True, check=True)
    assert by_script.stdout == spawn("events", "--json").stdout
    assert len(json.loads(by_script.stdout)) == len(EventType)


@pytest.mark.parametrize("locale", [{}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}], ids=str)
def test_a_table_on_a_terminal_fits_it(locale: dict[str, str]) -> None:
    ours, theirs = os.openpty()
    environment = {**os.environ, "COLUMNS": "72", "TERM": "xterm", **locale}
    with subprocess.Popen([*MAIN, "events"], stdout=theirs, stderr=theirs, env=environment) as process:
        os.close(theirs)
        shown = b""
        while more := read_terminal(ours):
            shown += more
    os.close(ours)
    assert process.returncode == 0
    lines = re.sub(r"\x1b\[[0-9;]*m", "", shown.decode()).splitlines()
    assert max(sum(2 if letter > "\u1100" else 1 for letter in line) for line in lines) <= 72
    assert [name for name in EventType if not any(line.startswith(name) for line in lines)] == []


def read_terminal(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # Linux: the other end is closed
        return b""


def test_parameters_take_what_they_have_made() -> None:
    now = datetime(2024, 1, 1, tzinfo=UTC)
    assert MomentType()(now) == now
    assert SetValueType()(("data.code", "x")) == ("data.code", "x")
    assert SecondsType()(300) == 300.0
    assert EventNameType()("order.created") == "order.created"
