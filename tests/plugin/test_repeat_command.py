"""The command that repeats a test: what it names, and which secrets it leaves out."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pytest_steppay import report
from pytest_steppay.keys import BASE_SEED
from pytest_steppay.options import OPTIONS
from pytest_steppay.report import repeat_command


def item_of(
    folder: Path, *, started: str = "", ini: str | None = "pytest.ini", seed: Any = None, **options: Any
) -> Any:
    """A test in ``tests/api`` of the folder, run from ``started`` with these options."""
    (folder / "tests" / "api").mkdir(parents=True, exist_ok=True)
    config = SimpleNamespace(
        invocation_params=SimpleNamespace(dir=folder / started),
        rootpath=folder,
        inipath=None if ini is None else folder / ini,
        stash={BASE_SEED: 7},
        getoption=lambda name, default=None: options.get(name, default),
    )
    return SimpleNamespace(
        path=folder / "tests" / "api" / "test_it.py",
        nodeid="tests/api/test_it.py::TestIt::test_it",
        config=config,
        stash={} if seed is None else {OPTIONS: SimpleNamespace(seed=seed)},
        iter_markers=lambda _name: iter(()),
    )


PLAIN = "pytest tests/api/test_it.py::TestIt::test_it"
SEED = "--steppay-seed 7"


def test_it_names_the_test_from_where_the_run_was_started(tmp_path: Path) -> None:
    assert repeat_command(item_of(tmp_path)) == f"{PLAIN} {SEED}"
    (tmp_path / "docs").mkdir()
    there = f"pytest ../tests/api/test_it.py::TestIt::test_it {SEED}"
    assert repeat_command(item_of(tmp_path, started="docs")) == there


def test_a_seed_of_the_test_itself_needs_no_option(tmp_path: Path) -> None:
    assert repeat_command(item_of(tmp_path, seed=5)) == PLAIN
    unset = item_of(tmp_path)
    unset.stash = {OPTIONS: SimpleNamespace(seed=None)}
    assert repeat_command(unset) == f"{PLAIN} {SEED}"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"steppay_budget": 0}, " --steppay-budget 0"),
        ({"steppay_budget": 500}, " --steppay-budget 500"),
        ({"steppay_body": "compact"}, " --steppay-body compact"),
        ({"steppay_body": ""}, ""),
        ({"steppay_target": "shop:app()"}, " --steppay-target 'shop:app()'"),
        ({"steppay_target": "http://h/x"}, " --steppay-target http://h/x"),
        ({"steppay_target": "http://h/x?token=t"}, ""),
        ({"steppay_target": "http://u:p@h/x"}, ""),
        ({"override_ini": ["steppay_path=/x", "other=1"]}, " -o steppay_path=/x"),
        ({"override_ini": ["steppay_secret=x", "steppay_target=http://u:p@h"]}, ""),
        ({"override_ini": ["steppay_target=http://h/"]}, " -o steppay_target=http://h/"),
        ({"override_ini": None}, ""),
    ],
)
def test_it_names_what_came_from_the_command_line_but_no_secret(
    options: dict[str, Any], told: str, tmp_path: Path
) -> None:
    assert repeat_command(item_of(tmp_path, **options)) == f"{PLAIN} {SEED}{told}"


@pytest.mark.parametrize("name", ["pytest.ini", "pyproject.toml", "setup.cfg", "tox.ini", ".pytest.ini"])
@pytest.mark.parametrize("place", ["tests", "tests/api"])
def test_it_names_the_configuration_if_a_nearer_one_would_be_found(name: str, place: str, tmp_path: Path) -> None:
    item = item_of(tmp_path)
    (tmp_path / place / name).write_text("", encoding="utf-8")
    assert repeat_command(item) == f"{PLAIN} -c pytest.ini {SEED}"
    assert repeat_command(item_of(tmp_path, ini=None)) == f"{PLAIN} --rootdir=. {SEED}"
    assert repeat_command(item_of(tmp_path, ini="conf/pytest.ini")) == f"{PLAIN} --rootdir=. -c conf/pytest.ini {SEED}"


@pytest.mark.parametrize("option", ["inifilename", "rootdir"])
def test_it_names_the_configuration_that_was_chosen(option: str, tmp_path: Path) -> None:
    assert repeat_command(item_of(tmp_path, **{option: "x"})) == f"{PLAIN} -c pytest.ini {SEED}"


def test_a_configuration_above_or_of_the_root_itself_is_no_nearer_one(tmp_path: Path) -> None:
    item = item_of(tmp_path)
    (tmp_path / "pytest.ini").write_text("", encoding="utf-8")
    assert repeat_command(item) == f"{PLAIN} {SEED}"


def group(*args: str, **kwargs: str) -> SimpleNamespace:
    """A mark of xdist, which need not be installed."""
    return SimpleNamespace(args=args, kwargs=kwargs)


@pytest.mark.parametrize(
    ("marks", "suffix"),
    [
        ([], ""),
        ([group("a")], "@a"),
        ([group(name="a")], "@a"),
        ([group()], "@default"),
        ([group("b"), group("a"), group("b")], "@a_b"),
    ],
)
def test_the_name_of_a_test_is_the_same_with_and_without_groups(
    marks: list[SimpleNamespace], suffix: str, tmp_path: Path
) -> None:
    item = item_of(tmp_path)
    item.iter_markers = lambda _name: iter(marks)
    plain = item.nodeid
    assert report.test_id(item) == plain
    item.nodeid = plain + suffix
    assert report.test_id(item) == plain
