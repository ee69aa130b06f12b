"""How options are named where a search is told: as the reader types them, and never as another reader does."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from steppay_mock.cli.commands.explore import command as explore_command
from steppay_mock.ordering.face import PYTHON, PYTHON_ONLY, Face, Reach, current_face, option, speaking
from steppay_mock.ordering.options import ExploreOptions

ROOMS = Path(__file__).parents[2] / "steppay_mock" / "ordering"
SHELL = Face(is_shell=True, before="steppay-mock replay ", after=" --to http://localhost:8000", hint="")
NAMES = ("state", *ExploreOptions.__annotations__)
IN_PYTHON_ALONE = {
    *("face.py", "truth/mapping.py"),
    "report/repro/python.py",
    *("options.py", "truth/setting.py", "orders/covering.py"),
}
"""Where values are read that the command line reads by itself, or cannot be given."""


def texts(path: Path) -> Iterator[str]:
    """The texts of a module, but for what documents it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documented = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documented:
            yield node.value


def test_no_text_writes_an_option_as_python_does() -> None:
    """Where this fails: say it with ``option``, which knows how the reader types it."""
    written = re.compile(rf"(?<![\w.-])({'|'.join(set(NAMES) - PYTHON_ONLY)})=")
    found = {}
    for path in sorted(ROOMS.rglob("*.py")):
        if wrong := written.findall("\n".join(texts(path))):
            found[path.relative_to(ROOMS).as_posix()] = wrong
    assert IN_PYTHON_ALONE - found.keys() == set(), "these write none any more: take them out of IN_PYTHON_ALONE"
    assert {name: wrong for name, wrong in found.items() if name not in IN_PYTHON_ALONE} == {}


def named() -> set[str]:
    """The options that texts name with ``option``, over all of the room."""
    calls = (node for path in ROOMS.rglob("*.py") for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    return {
        node.args[0].value
        for node in calls
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "option"
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }


def test_an_option_of_the_shell_is_an_option_of_the_command() -> None:
    """Where this fails: give the option its name in AT_A_SHELL, or add it to PYTHON_ONLY."""
    flags = {flag for param in explore_command.params for flag in (*param.opts, *param.secondary_opts)}
    assert len(named()) > 15
    with speaking(SHELL):
        typed = {name: re.findall(r"--[a-z-]+", option(name)) for name in named()}
    assert {name for name, words in typed.items() if not words} == named() & PYTHON_ONLY
    assert {flag for words in typed.values() for flag in words} - flags == set()


@pytest.mark.parametrize("name", sorted(PYTHON_ONLY))
def test_an_option_that_a_shell_does_not_have_is_a_noun_there(name: str) -> None:
    assert option(name) == f"{name}="
    with speaking(SHELL):
        assert option(name) == name


def test_a_value_that_is_none_is_shown_in_python_alone() -> None:
    assert option("late_by", value=None) == "late_by=None"
    with speaking(SHELL):
        assert option("late_by", value=None) == "--late-by"


def test_an_option_is_named_as_the_reader_types_it() -> None:
    assert [option("reset"), option("settle", value=0.2), option("ignore", value=["a", "b"])] == [
        *("reset=", "settle=0.2", "ignore=['a', 'b']"),
    ]
    with speaking(SHELL):
        assert [option("reset"), option("settle", value=0.2), option("only_effective", value=True)] == [
            *("--reset-url", "--settle 0.2", "--only-effective"),
        ]
        assert option("ignore", value=["received_at", "$.rows[*].id"]) == (
            "--ignore received_at --ignore '$.rows[*].id'"
        )
        assert option("late_by") == "--late-by"
    assert current_face() is PYTHON


def test_a_line_that_replays_has_the_token_in_it() -> None:
    assert PYTHON.again("T") == 'replay("T", receiver, state=state, events=events)'
    assert SHELL.again("T") == "steppay-mock replay T --to http://localhost:8000"
    assert (PYTHON.is_shell, PYTHON.reach) == (False, None)


def test_a_face_ends_with_its_block_also_after_an_error() -> None:
    def fall() -> None:
        with speaking(SHELL):
            assert current_face() is SHELL
            with speaking(PYTHON):
                assert current_face() is PYTHON
            assert current_face() is SHELL
            raise LookupError

    with pytest.raises(LookupError):
        fall()
    assert current_face() is PYTHON


def test_values_are_quoted_at_a_shell() -> None:
    assert SHELL.option("path", value="/a b") == "--to '/a b'"
    assert SHELL.option("ignore", value=()) == ""
    assert SHELL.option("given", value=2) == "--given 2"
    assert SHELL.option("first", value=False) == "--first False"
    assert PYTHON.option("given", value=2) == "given=2"


def test_a_receiver_elsewhere_is_emptied_by_post_and_signed_for_if_nothing_else_is_said() -> None:
    reach = Reach(url="a", state_url="b")
    assert (reach.reset_url, reach.reset_method, reach.can_reset, reach.unsigned) == (None, "POST", True, False)
    assert (reach.files, reach.options) == ((), ())
