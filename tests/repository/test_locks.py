"""The locks are what CONTRIBUTING.md says: the newest of every range, the lowest of every range, and no extra."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version
from repository.test_house_rules import ROOT, tracked

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def requirements(*lists: Iterable[str]) -> list[Any]:
    return [pytest.param(Requirement(line), id=line) for lines in lists for line in lines]


EXTRAS = PYPROJECT["project"]["optional-dependencies"]
BASE = requirements(PYPROJECT["project"]["dependencies"])
RANGES = BASE + requirements(*EXTRAS.values())
OF_TESTS = requirements(*PYPROJECT["dependency-groups"].values())


def pins(lock: str) -> dict[str, set[Version]]:
    """The versions that a lock has of each package: two of one that differs between Pythons."""
    found: dict[str, set[Version]] = {}
    for line in (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8").splitlines():
        name, _, version = line.partition(";")[0].strip().partition("==")
        found.setdefault(canonicalize_name(name), set()).add(Version(version))
    return found


def bound(requirement: Requirement, operator: str) -> Version:
    """The floor (``>=``) or the ceiling (``<``) of a range."""
    (version,) = (one.version for one in requirement.specifier if one.operator == operator)
    return Version(version)


def test_no_lock_names_a_registry() -> None:
    locks = tracked("requirements/*.txt", "*package-lock.json")
    assert {lock.name for lock in locks} == {"bare.txt", "bench.txt", "ci.txt", "floor.txt", "package-lock.json"}
    for lock in locks:
        text = lock.read_text(encoding="utf-8")
        assert not re.search(r"--(extra-)?index-url|--find-links|\"resolved\"", text), lock
        assert "://" not in re.sub(r'"(url|funding)": ("[^"]*"|\{[^}]*\})', "", text), lock


@pytest.mark.parametrize("requirement", RANGES)
def test_the_lock_of_ci_has_the_last_series_that_a_range_allows(requirement: Requirement) -> None:
    (pinned,) = pins("ci")[canonicalize_name(requirement.name)]
    assert pinned in requirement.specifier
    ceiling = bound(requirement, "<").release
    assert pinned.release[: len(ceiling)] == (*ceiling[:-1], ceiling[-1] - 1)


@pytest.mark.parametrize("requirement", RANGES)
def test_the_lock_of_the_floor_has_the_lowest_version_of_a_range(requirement: Requirement) -> None:
    assert pins("floor")[canonicalize_name(requirement.name)] == {bound(requirement, ">=")}


@pytest.mark.parametrize("lock", ["ci", "bare", "floor"])
@pytest.mark.parametrize("requirement", OF_TESTS)
def test_every_lock_has_what_the_tests_use(requirement: Requirement, lock: str) -> None:
    versions = pins(lock)[canonicalize_name(requirement.name)]
    assert [version for version in versions if version not in requirement.specifier] == []


@pytest.mark.parametrize("requirement", BASE)
def test_the_lock_without_extras_has_what_everybody_has(requirement: Requirement) -> None:
    assert requirement.name in pins("bare")


def test_the_lock_without_extras_is_that_of_ci_without_them() -> None:
    bare, full = pins("bare"), pins("ci")
    assert not bare.keys() & {canonicalize_name(Requirement(line).name) for lines in EXTRAS.values() for line in lines}
    assert {name: versions for name, versions in bare.items() if full.get(name) != versions} == {}


@pytest.mark.parametrize(("written", "times"), [("requirements/floor.txt\n", 0), ("requirements/ci.txt\n", 1), ("", 1)])
def test_an_environment_that_another_lock_has_filled_is_filled_anew(tmp_path: Path, written: str, times: int) -> None:
    (tmp_path / ".ready").write_text(written, encoding="utf-8")
    command = ["make", "-n", "test", f"VENV={tmp_path}", "LOCK=requirements/floor.txt"]
    own = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    shown = subprocess.run(command, cwd=ROOT, env=own, capture_output=True, text=True, check=True).stdout
    assert shown.count("-r requirements/floor.txt") == times
    assert "-m pytest" in shown
