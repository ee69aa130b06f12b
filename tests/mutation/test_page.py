"""The page about mistakes: its example prints what it shows, and it has every mistake, option and outcome."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from docs.pages import code_in, page, rows
from mutation.conftest import Mutate, Project
from mutation.test_operators import CASES, mutants

from steppay_mock.cli.options.mutating import Mutating
from steppay_mock.mutation.fate import MutantFate
from steppay_mock.mutation.mutants import mutants_of

PAGE = page("mutate")


def section_of_example() -> str:
    return PAGE.partition("\n## ")[0]


def section(heading: str) -> str:
    return PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


@pytest.mark.exhaustive
def test_the_example_prints_what_the_page_shows(project: Project, mutate: Mutate) -> None:
    """On failure, the text as it ought to be."""
    handler, test, _ = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    (shown,) = re.findall(r"^```text\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    project({"shop.py": handler, "test_shop.py": test})
    (words,) = re.findall(r"^steppay-mock check --mutate (.*)$", section_of_example(), re.MULTILINE)
    done = mutate(*words.split())
    assert (done.code, done.out) == (1, shown)
    whole = re.findall(r"all (\d+) mistakes", PAGE)
    assert whole == [str(len(mutants_of("shop.py", handler)))]


@pytest.mark.exhaustive
def test_the_test_with_the_scorecard_notices_what_the_page_says(project: Project, mutate: Mutate) -> None:
    handler, test, more = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    kept = re.sub(r"(?m)^(?!.*( verify\(|in payments)).+$", r"\g<0>  # no mutate", handler)  # only these two lines
    project({"shop.py": kept, "test_shop.py": f"{test}\n\n{more}"})
    outcomes = {one["mistake"]: one["outcome"] for one in mutate("shop", "--json").json["mutants"]}
    assert (outcomes["drop-verification"], outcomes["drop-guard"]) == ("noticed", "noticed")


def test_it_has_every_mistake() -> None:
    named = {name for row in rows(section("The mistakes")) for name in code_in(row[0])}
    made = {one.name for code, _ in CASES.values() for one in mutants(code)}
    assert named == made


def test_every_mistake_of_the_operators_has_a_case_in_the_tests() -> None:
    folder = Path(__file__).parents[2] / "steppay_mock" / "mutation" / "operators"
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.py")))
    written = set(re.findall(r'(?:name=|_made\(|_forgotten\(\s*)"([a-z0-9-]+)"', text))
    assert written == {one.name for code, _ in CASES.values() for one in mutants(code)}


def test_it_has_every_option_and_outcome() -> None:
    options = {name for row in rows(section("Options")) for name in code_in(row[0])}
    assert {f"--{name.replace('_', '-').replace('mutated', 'mutate')}" for name in Mutating.__dataclass_fields__} | {
        "--seed",
        "--json",
    } == {name for name in options if name.startswith("--")}
    assert {fate.value for fate in MutantFate} == {name for name in options if not name.startswith("--")}
