"""What tests leave in the copy has no part in the next run."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from mutation.conftest import Mutate, Project

from steppay_mock.mutation.kept_files import KeptFiles

SHOP = """\
import sqlite3


def rows():
    connection = sqlite3.connect("shop.sqlite")
    connection.execute("create table if not exists payments (id integer)")
    return connection


def take(connection, key):
    connection.execute("insert into payments values (?)", [key["paymentId"]])
    connection.commit()
"""
NEEDS_NO_ROWS = """\
import shop, steppay_mock

def test_it():
    connection = shop.rows()
    assert connection.execute("select count(*) from payments").fetchone() == (0,)
    shop.take(connection, {"paymentId": 1})
"""
REMOVES_ITS_ROWS = """\
import shop, steppay_mock

def test_it():
    connection, number = shop.rows(), 2**53 + 1
    assert connection.execute("select * from payments").fetchall() == []
    shop.take(connection, {"paymentId": number})
    assert connection.execute("select * from payments").fetchall() == [(number,)]
    with connection:
        connection.execute("delete from payments")
"""


def outcomes(mutate: Mutate, *words: str) -> dict[str, str]:
    return {one["mistake"]: one["outcome"] for one in mutate("shop", "--json", *words).json["mutants"]}


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_rows_of_the_first_run_fail_no_test_later(project: Project, mutate: Mutate, jobs: str) -> None:
    project({"shop.py": SHOP, "test_shop.py": NEEDS_NO_ROWS})
    assert outcomes(mutate, "--jobs", jobs) == {
        "early-commit": "survived",
        "rounded-id": "survived",
        "forget-write": "survived",
        "drop-commit": "survived",
    }


def test_rows_of_a_test_that_failed_fail_no_test_later(project: Project, mutate: Mutate) -> None:
    project({"shop.py": SHOP, "test_shop.py": REMOVES_ITS_ROWS})
    assert outcomes(mutate) == {
        "early-commit": "survived",
        "rounded-id": "noticed",
        "forget-write": "noticed",
        "drop-commit": "survived",
    }


def tree(root: Path) -> dict[str, object]:
    return {
        path.relative_to(root).as_posix(): path.readlink()
        if path.is_symlink()
        else (path.stat().st_mtime_ns, path.read_bytes())
        if path.is_file()
        else None
        for path in root.rglob("*")
    }


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    root = tmp_path / "copy"
    (root / "data" / "deep").mkdir(parents=True)
    (root / "data" / "deep" / "rows.json").write_bytes(b"[1]")
    (root / "shop.py").write_bytes(b"a = 1")
    (root / "link").symlink_to("data")
    return root


def test_what_is_new_changed_or_gone_is_put_back(copy: Path, tmp_path: Path) -> None:
    kept = KeptFiles(copy, tmp_path / "kept")
    kept.know(copy)
    before, times = tree(copy), (copy / "shop.py").stat()
    for _ in range(2):
        (copy / "shop.sqlite").write_bytes(b"rows")
        (copy / "new" / "deep").mkdir(parents=True)
        (copy / "new" / "deep" / "a").write_bytes(b"a")
        (copy / "shop.py").write_bytes(b"a = 2")
        os.utime(copy / "shop.py", ns=(times.st_atime_ns, times.st_mtime_ns))  # of the same size and time
        shutil.rmtree(copy / "data")
        (copy / "data").write_bytes(b"a file")
        (copy / "link").unlink()
        (copy / "link").symlink_to("new")
        assert tree(copy) != before
        kept.restore(copy)
        assert tree(copy) == before


def test_compiled_python_and_what_is_as_it_was_are_left(copy: Path, tmp_path: Path) -> None:
    kept = KeptFiles(copy, tmp_path / "kept")
    kept.know(copy)
    number = (copy / "shop.py").stat().st_ino
    (copy / "__pycache__").mkdir()
    (copy / "__pycache__" / "shop.pyc").write_bytes(b"compiled")
    kept.restore(copy)
    assert (copy / "__pycache__" / "shop.pyc").exists()
    assert (copy / "shop.py").stat().st_ino == number
