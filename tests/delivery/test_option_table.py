"""The table of options is what every door, page and schema says; one more row is enough for one more option."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from collections.abc import Callable
from inspect import Parameter, signature
from pathlib import Path
from typing import Any

import click
import pytest
from docs.option_tables import ROOT, TABLES, rows_in, rows_of, schema_text
from docs.pages import page

from steppay_mock import Sender, SteppayMockError, deliver, make_event
from steppay_mock.delivery.address.access import AccessOptions
from steppay_mock.delivery.options.option import Door
from steppay_mock.delivery.options.remembered import recall, remember
from steppay_mock.delivery.options.settings import DeliveryOptions, SenderOptions, read_sender_options, resolve_options
from steppay_mock.delivery.options.table import OPTIONS, options_of
from steppay_mock.delivery.sender.sender import SendOptions
from steppay_mock.errors import WrongValueError
from steppay_mock.ordering.options import ExploreOptions

EVENT = make_event("order.created", seed=7)


def test_the_file_and_the_other_doors_have_the_same_least_and_greatest_value() -> None:
    bounded = [one for one in OPTIONS if one.file is not None and "minimum" in one.file and hasattr(one.type, "least")]
    assert {"rate", "concurrency"} <= {one.name for one in bounded}
    for one in bounded:
        least, most = one.file["minimum"], one.file.get("maximum")
        one.type.read(least)
        with pytest.raises(ValueError, match=r"."):
            one.type.read(least - (0.0005 if isinstance(least, float) else 1))
        if most is not None:
            one.type.read(most)
            with pytest.raises(ValueError, match=r"."):
                one.type.read(most + 1)


def names(door: Door) -> list[str]:
    return [one.name for one in options_of(door)]


@pytest.mark.parametrize(("name", "head", "door"), TABLES)
def test_a_table_of_a_page_is_that_of_the_options(name: str, head: str, door: Door) -> None:
    assert rows_in(page(name), head) == rows_of(door), "python tests/docs/option_tables.py writes it"


def test_the_schema_of_the_file_is_that_of_the_options() -> None:
    text = (ROOT / "schemas" / "config.schema.json").read_text(encoding="utf-8")
    assert text == schema_text(), "python tests/docs/option_tables.py writes it"


@pytest.mark.parametrize(
    ("door", "types"), [("deliver", DeliveryOptions), ("sender", SenderOptions), ("send", SendOptions)]
)
def test_the_static_types_have_the_names_of_the_table(door: Door, types: Any) -> None:
    assert sorted(types.__annotations__) == sorted(names(door))


def test_explore_takes_the_options_that_the_table_says() -> None:
    assert set(names("explore")) < ExploreOptions.__annotations__.keys()
    assert AccessOptions.__annotations__.keys() < set(names("explore"))


def test_the_signature_of_send_has_the_defaults_of_the_table() -> None:
    parameters = [one for one in signature(Sender.send).parameters.values() if one.kind is Parameter.KEYWORD_ONLY]
    assert {one.name: one.default for one in parameters} == {one.name: one.default for one in options_of("send")}


def test_the_help_of_every_option_is_one_sentence() -> None:
    for one in OPTIONS:
        assert one.help.endswith(".")
        assert one.help[0].isupper()
        assert ". " not in one.help
        assert one.default_words or one.default is not None or one.name in AccessOptions.__annotations__


WRONG: list[tuple[str, Any]] = [
    *(("seed", value) for value in (True, 1.5, 2**63, -(2**63) - 1, b"7", [7])),
    *(("timeout", value) for value in (0, -1, True, "10", None, float("nan"), float("inf"), 86_401)),
    *(("order", value) for value in ("shufled", None, 1)),
    *(("duplicates", value) for value in (-0.1, 1.1, True, "0.2", float("nan"))),
    *(("control", value) for value in (1, 0, "yes", None)),
    *(("concurrency", value) for value in (0, 1_001, 8.0, True, "8")),
    *(("rate", value) for value in (0, True, "50", float("inf"))),
    *(("success", value) for value in ([], [99], [600], [True], "200", [[200]])),
    *(("keep_alive", value) for value in (1, "yes", None)),
    *(("speed", value) for value in (-1, True, "real", None)),
    *(("retries", value) for value in ("svixx", [-1], 5, None)),
    *(("journal", value) for value in ("", ":memory:", 7)),
    *(("clock", value) for value in (7, print)),
    *(("watch", value) for value in (7, "x")),
    ("fault", 7),
    ("path", "hook"),
    ("allow_hosts", ["http://x"]),
    ("hide", 7),
]
RIGHT: list[tuple[str, Any]] = [
    *(("seed", value) for value in (0, -1, 2**63 - 1, "release 7", None)),
    *(("timeout", value) for value in (0.0005, 1, 86_400)),
    *(("duplicates", value) for value in (0, 1, 0.5)),
    ("allow_hosts", "Staging.Example.com"),
]


def verdict(door: Door, name: str, value: Any) -> str:
    """What the door says to the value, without the words that differ between doors; empty if it takes it."""
    from steppay_mock.delivery.options.check import check_options

    try:
        check_options(door, {name: value})
    except SteppayMockError as error:
        return str(error).replace("that of the sender", str(next(one for one in OPTIONS if one.name == name).default))
    return ""


@pytest.mark.parametrize(("name", "value"), WRONG, ids=str)
def test_a_wrong_value_is_refused_alike_at_every_door(name: str, value: Any) -> None:
    doors: tuple[Door, ...] = ("deliver", "sender", "send")
    told = {verdict(door, name, value) for door in doors if name in names(door)}
    if value is None:
        told.discard("")  # one send may leave a setting to its sender
    assert len(told) == 1
    assert next(iter(told)).endswith((".", "?", "'", "them."))


@pytest.mark.parametrize(("name", "value"), RIGHT, ids=str)
def test_a_right_value_is_taken_at_every_door(name: str, value: Any) -> None:
    doors: tuple[Door, ...] = ("deliver", "sender", "send")
    assert {verdict(door, name, value) for door in doors if name in names(door)} == {""}


def test_every_door_uses_the_table() -> None:
    told = []
    calls: list[Callable[[], object]] = [
        lambda: deliver(EVENT, to="http://localhost", seed=True),
        lambda: Sender("http://localhost").send(EVENT, seed=True),
    ]
    for call in calls:
        with pytest.raises(WrongValueError) as caught:
            call()
        told.append(str(caught.value))
    assert len(set(told)) == 1
    assert (caught.value.name, caught.value.shown) == ("seed", "True")


@pytest.mark.parametrize("name", [one.name for one in options_of("cli") if not one.is_repeatable])
def test_the_command_line_has_the_words_of_the_table(name: str) -> None:
    from steppay_mock.cli.commands.send import command
    from steppay_mock.cli.options.config_file import parameter_of

    option = next(one for one in OPTIONS if one.name == name)
    found = next(one for one in command.params if one.name == parameter_of(name))
    assert isinstance(found, click.Option)
    assert found.opts == [option.parameter]
    assert str(found.help).startswith(option.help.removesuffix("."))
    assert str(found.help).endswith(f"Default: {option.default_in_words}.")
    assert found.envvar == (option.variable if "config" in option.doors else None)


def test_no_message_about_a_secret_shows_it() -> None:
    for name in ("secret", "hide"):
        with pytest.raises(SteppayMockError) as caught:
            resolve_options({name: {"whsec_hidden": 1, 2: "whsec_hidden"}})
        assert "hidden" not in str(caught.value)


ONE_MORE = """
import sys
from dataclasses import replace
from steppay_mock.delivery.options import table
from steppay_mock.delivery.options.option import Option
from steppay_mock.values import WholeValue

table.OPTIONS += (
    Option(
        name="burst_size",
        type=WholeValue(least=1, most=9, example="3"),
        help="The number of deliveries in a burst.",
        default=2,
        doors=frozenset({"sender", "config", "cli"}),
        is_remembered=True,
        metavar="N",
        file={"type": "integer", "minimum": 1, "maximum": 9, "examples": [3]},
    ),
)
"""


def run_with_one_more(script: str, *args: str, cwd: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", ONE_MORE + script, *args],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}", "PATH": "", "COLUMNS": "400"},
    )
    return done.stdout + done.stderr


CLI = "from steppay_mock.cli.program import program\nprogram(sys.argv[1:], prog_name='steppay-mock')"


def test_an_option_is_added_by_its_row_alone(tmp_path: Path) -> None:
    words = "The number of deliveries in a burst: a whole number from 1 to 9. Default: 2."
    for command in ("send", "config", "scenario run"):
        shown = " ".join(run_with_one_more(CLI, *command.split(), "--help", cwd=tmp_path).split())
        assert "--burst-size N" in shown, shown
        assert words in shown
        assert "STEPPAY_MOCK_BURST_SIZE" in shown
    shown = " ".join(run_with_one_more(CLI, "resume", "--help", cwd=tmp_path).split())
    assert words.replace("Default: 2", "Default: that of the run") in shown

    file = tmp_path / "steppay-mock.toml"
    file.write_text("[sender]\nburst_size = 10\n", encoding="utf-8")
    shown = run_with_one_more(CLI, "config", cwd=tmp_path)
    assert "sender.burst_size\n  expected: the number of deliveries in a burst: a whole number from 1 to 9." in shown
    file.write_text("[sender]\nburst_size = 5\n", encoding="utf-8")
    shown = json.loads(run_with_one_more(CLI, "config", "--json", cwd=tmp_path).partition("\nfile: ")[0])
    assert shown["sender"]["burst_size"] == {"value": 5, "from": "the file"}

    shown = run_with_one_more(
        "from docs.option_tables import rows_of\nprint(*rows_of('sender'), sep='\\n')", cwd=tmp_path
    )
    assert "| `burst_size` | 2 | The number of deliveries in a burst. |" in shown
    shown = run_with_one_more(
        "from docs.option_tables import rows_of\nprint(*rows_of('config'), sep='\\n')", cwd=tmp_path
    )
    assert "| `burst_size` | `--burst-size` | `STEPPAY_MOCK_BURST_SIZE` | 2 |" in shown

    script = (
        "import json\nfrom steppay_mock.delivery.options.remembered import recall, remember\n"
        "from steppay_mock.delivery.options.settings import read_sender_options\n"
        "kept = json.dumps(remember(read_sender_options({'burst_size': 7})))\n"
        "now = read_sender_options({'burst_size': 3})\n"
        "print(recall(1, kept, now=now, told=()).value('burst_size'))\n"
        "print(recall(1, kept, now=now, told=['burst_size']).value('burst_size'))\n"
        "from steppay_mock import Sender\nSender('http://localhost', burst_size=10)"
    )
    shown = run_with_one_more(script, cwd=tmp_path)
    assert shown.startswith("7\n3\n")
    assert "burst_size=10: expected a whole number from 1 to 9. Leave it out for 2." in shown


def test_what_is_remembered_is_recalled() -> None:
    begun = read_sender_options(
        {"concurrency": 4, "rate": 5, "timeout": 2, "retries": [1, 2], "success": [204], "keep_alive": True, "speed": 0}
    )
    kept = json.dumps(remember(begun))
    assert set(json.loads(kept)) == {one.name for one in options_of("sender") if one.is_remembered}
    now = read_sender_options({"rate": 9})
    again = recall(1, kept, now=now, told=["rate"])
    assert (again.rate, again.concurrency, again.retries, again.success) == (9, 4, begun.retries, frozenset({204}))
    older = recall(1, json.dumps({"concurrency": 4}), now=now, told=())
    assert (older.concurrency, older.timeout, older.rate) == (4, 10, None)


def test_the_error_about_a_wrong_value_travels_between_processes() -> None:
    with pytest.raises(WrongValueError) as caught:
        resolve_options({"timeout": 0})
    copy = pickle.loads(pickle.dumps(caught.value))
    assert (str(copy), copy.expected) == (str(caught.value), "seconds, more than 0 and at most 86400")
