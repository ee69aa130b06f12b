"""With python -O and -OO, which drop asserts and docstrings, everything works and says what it says without."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from steppay_mock.store.scenarios.registry import all_scenarios

pytestmark = pytest.mark.exhaustive  # slow: each run is a process of its own

ROOT = Path(__file__).parents[2]
TELLS_HELP = """
import click
from steppay_mock.cli.program import program

def told(command, context):
    print(command.get_help(context))
    for name in command.list_commands(context) if isinstance(command, click.Group) else ():
        inner = command.get_command(context, name)
        told(inner, click.Context(inner, parent=context, info_name=name, terminal_width=100))

told(program, click.Context(program, info_name="steppay-mock", terminal_width=100))
"""
TELLS_SCENARIOS = """
from steppay_mock.store.scenarios.registry import all_scenarios
for one in all_scenarios().values():
    print(one.name, one.description, [(option.name, option.description) for option in one.options])
"""
STORIES = '''
from datetime import timedelta
from steppay_mock import define_scenario

@define_scenario("bought-and-regretted")
def story(store, *, days: int = 1):
    """A subscription is bought, and cancelled.

    days: after how many days.
    """
    store.checkout()
    yield timedelta(days=days)
    store.cancel()
'''
TESTS = """
import stories
import pytest
from steppay_mock.store.scenarios.registry import find_scenario

rows = {}

def app(environ, start_response):
    import json
    payload = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
    rows[str(payload["data"].get("id"))] = payload["event"]
    start_response("204 No Content", [])
    return []

def test_it_is_lived(steppay):
    story = steppay.scenario("bought-and-regretted")
    assert story[-1].data["status"] == "CANCELED"
    assert find_scenario("bought-and-regretted").description == "A subscription is bought, and cancelled."
    steppay.deliver(story, to=app).assert_ok()

def test_it_is_proved(steppay):
    def first(environ, start_response):
        start_response("204 No Content", [])
        rows["first"] = "taken"
        return []
    steppay.assert_order_independent("virtual-account-deposit", first, state=lambda: dict(rows), reset=rows.clear)

def test_it_fails(steppay):
    assert steppay.event("order.created").data == "wrong"
"""


def run(*arguments: str, at: Path = ROOT) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'pytest_plugin'}", "PYTEST_ADDOPTS": ""}
    return subprocess.run(
        [sys.executable, *arguments], cwd=at, env=env, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("flag", ["-O", "-OO"])
def test_every_help_is_as_full(flag: str) -> None:
    told = run(flag, "-c", TELLS_HELP)
    assert (told.stdout, told.stderr) == (run("-c", TELLS_HELP).stdout, "")
    assert told.stdout.count("Usage: steppay-mock") > 20


def test_every_scenario_describes_itself_and_its_parameters() -> None:
    told = run("-OO", "-c", TELLS_SCENARIOS).stdout.splitlines()
    assert told == [
        f"{one.name} {one.description} {[(option.name, option.description) for option in one.options]}"
        for one in all_scenarios().values()
    ]


def test_commands_give_the_same() -> None:
    for command in (["scenario", "show", "subscription-starts"], ["generate", "order.created", "--seed", "1"]):
        words = ["-m", "steppay_mock.cli", *command]
        assert run("-OO", *words).stdout == run(*words).stdout != ""


@pytest.mark.parametrize("flag", ["-O", "-OO"])
def test_the_plugin_works(flag: str, tmp_path: Path) -> None:
    (tmp_path / "stories.py").write_text(STORIES, encoding="utf-8")
    (tmp_path / "test_it.py").write_text(TESTS, encoding="utf-8")
    result = run(flag, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:randomly", "-p", "no:asyncio", at=tmp_path)
    assert "1 failed, 2 passed" in result.stdout, result.stdout
    assert "proved: all 720 orders of 6 events" in result.stdout
    assert "repeat: pytest test_it.py::test_it_fails" in result.stdout


def test_a_scenario_whose_docstring_is_lost_is_told_what_it_needs() -> None:
    code = f"import stories\n{STORIES}"
    refused = run("-OO", "-c", code.partition("\n")[2])
    assert refused.stderr.splitlines()[-1] == (
        "steppay_mock.errors.SteppayMockError: The scenario 'bought-and-regretted' has no description. Give its "
        "function a docstring, in a source file that exists when it runs: python -OO drops docstrings."
    )
