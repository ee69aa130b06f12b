"""docs/pytest.md names everything, and its examples run."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

import pytest_steppay.plugin
from pytest_steppay.door import StepPay
from pytest_steppay.keys import MARKER_KEYWORDS

pytestmark = pytest.mark.exhaustive  # alike on every Python

Run = Callable[..., pytest.RunResult]

PAGE = Path(__file__).parents[2].joinpath("docs", "pytest.md").read_text(encoding="utf-8")
FAILING = ("When a test fails", "When an order fails")


def files_of(text: str) -> dict[str, str]:
    """The blocks that begin with a comment that names their file."""
    blocks = re.findall(r"^```(?:python|toml)\n# (\S+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return dict(blocks)


def sections() -> dict[str, dict[str, str]]:
    parts = re.split(r"^##+ (.+)$", f"## Start\n{PAGE}", flags=re.MULTILINE)[1:]
    found = {title: files_of(text) for title, text in zip(parts[::2], parts[1::2], strict=True)}
    return {title: files for title, files in found.items() if files}


def texts(title: str) -> list[str]:
    """What a section shows of an output; ``…`` stands for whatever follows in the line."""
    section = re.split(r"^##+ ", PAGE.partition(f"# {title}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]
    return re.findall(r"^```text\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)


def shows(result: pytest.RunResult, lines: list[str]) -> bool:
    """Whether the run printed these lines, one after the other."""
    pattern = r" *\n".join(re.escape(line).replace("…", ".*") for line in lines)
    return re.search(pattern, result.stdout.str()) is not None


def test_every_block_of_python_is_a_file() -> None:
    count = sum(len(files) for files in sections().values())
    assert count == len(re.findall(r"^```(?:python|toml)$", PAGE, re.MULTILINE)) >= 10


@pytest.mark.parametrize("title", [title for title in sections() if title not in FAILING])
def test_the_files_of_a_section_run(pytester: pytest.Pytester, run_apart: Run, title: str) -> None:
    for name, text in sections()[title].items():
        (pytester.path / name).write_text(text, encoding="utf-8")
    options = ("-p", "pytest_asyncio.plugin") if title == "Async tests" else ()
    result = run_apart("-pno:xdist", "-W", "error", "--strict-markers", *options)
    assert result.ret == pytest.ExitCode.OK
    assert result.parseoutcomes().keys() == {"passed"}


@pytest.mark.parametrize("title", FAILING)
def test_the_failure_looks_as_shown(pytester: pytest.Pytester, run_apart: Run, title: str) -> None:
    [(name, text)] = sections()[title].items()
    (pytester.path / name).write_text(text, encoding="utf-8")
    lines = texts(title)[0].splitlines()
    violation = [line for line in lines if line == "E" or line.startswith("E ")]
    result = run_apart("-pno:xdist")
    for consecutive in (violation, lines[len(violation) :]):
        assert shows(result, consecutive)


def test_a_proof_and_a_mended_order_are_told_as_shown(pytester: pytest.Pytester, run_apart: Run) -> None:
    [(good, mended)], [(bad, stale)] = sections()["Every order"].items(), sections()["When an order fails"].items()
    (pytester.path / good).write_text(mended, encoding="utf-8")
    (pytester.path / bad).write_text(stale, encoding="utf-8")
    result = run_apart("-pno:xdist")
    assert shows(result, texts("Every order")[0].splitlines())
    token = re.search(r"^E +pytest .* --steppay-replay (\S+)$", result.stdout.str(), re.MULTILINE)
    assert token
    (pytester.path / bad).write_text(mended, encoding="utf-8")
    again = run_apart("-pno:xdist", f"--steppay-replay={token[1]}")
    again.assert_outcomes(passed=1, skipped=1)
    assert shows(again, texts("When an order fails")[1].splitlines())


def test_the_number_of_runs_is_as_the_comments_say(pytester: pytest.Pytester, run_apart: Run) -> None:
    pytester.makepyfile(sections()["Start"]["test_receiver.py"])
    run_apart("-pno:xdist").assert_outcomes(passed=27 + 2 + 1 + 1)


@pytest.mark.parametrize("name", pytest_steppay.plugin.__all__)
def test_every_fixture_is_in_the_table(name: str) -> None:
    assert re.search(rf"^\| `{name}` \|", PAGE, re.MULTILINE)


@pytest.mark.parametrize("name", [name for name in vars(StepPay) if not name.startswith("_")])
def test_every_method_is_in_the_table(name: str) -> None:
    assert re.search(rf"^\| `(await )?{name}\(", PAGE, re.MULTILINE)


@pytest.mark.parametrize("keyword", MARKER_KEYWORDS)
def test_every_keyword_of_the_marker_is_in_its_table(keyword: str) -> None:
    rows = [row for row in PAGE.partition("## The marker")[2].partition("```")[0].splitlines() if row.startswith("|")]
    assert any(f"`{keyword}`" in row.split("|")[1] for row in rows)


def test_every_option_and_ini_key_is_in_the_table(run: Run) -> None:
    text = run("--help").stdout.str()
    table = PAGE.partition("## Options and ini keys")[2].partition("##")[0]
    names = set(re.findall(r"^ +(--steppay-\w+|steppay_\w+)", text, re.MULTILINE))
    assert len(names) == 21
    assert {name for name in names if f"`{name}`" not in table} == set()
