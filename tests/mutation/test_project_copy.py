"""The copy of a project: what is in it, where its links lead, and which folder is the project."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from steppay_mock.mutation.project_copy import copy_project, project_root


def files_in(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if not path.is_dir())


def test_repositories_environments_and_caches_are_left_out(tmp_path: Path) -> None:
    root = tmp_path / "shop"
    for name in (
        ".git/HEAD",
        "venv/pyvenv.cfg",
        "venv/lib/a.py",
        "web/node_modules/a.js",
        "shop/__pycache__/a.pyc",
        ".tox/a",
        "shop/a.py",
        ".env",
        "data/한글.json",
    ):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("text", encoding="utf-8")
    os.mkfifo(root / "pipe")
    copy = copy_project(root, tmp_path / "copy")
    assert files_in(copy.root) == [".env", "data/한글.json", "shop/a.py"]
    assert (copy.files, copy.size) == (3, 12)
    assert "shop/__pycache__/a.pyc" in files_in(copy_project(root, tmp_path / "other", bytecode=True).root)


def test_links_into_the_project_lead_into_the_copy(tmp_path: Path) -> None:
    root = tmp_path / "shop"
    (root / "real").mkdir(parents=True)
    (root / "real" / "a.py").write_text("a", encoding="utf-8")
    (tmp_path / "outside.py").write_text("b", encoding="utf-8")
    (root / "absolute").symlink_to(root / "real")
    (root / "relative.py").symlink_to("real/a.py")
    (root / "out.py").symlink_to(tmp_path / "outside.py")
    copy = copy_project(root, tmp_path / "copy").root
    assert (copy / "absolute" / "a.py").resolve() == copy / "real" / "a.py"
    assert (copy / "relative.py").resolve() == copy / "real" / "a.py"
    assert (copy / "out.py").resolve() == tmp_path / "outside.py"


def test_a_copy_within_the_project_does_not_copy_itself(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("a", encoding="utf-8")
    copy = copy_project(tmp_path, tmp_path / "tmp" / "copy")
    assert files_in(copy.root) == ["a.py"]


def test_the_project_is_the_nearest_folder_with_settings_else_the_repository(tmp_path: Path) -> None:
    inner = tmp_path / "repository" / "service" / "tests"
    inner.mkdir(parents=True)
    (tmp_path / "repository" / ".git").mkdir()
    assert project_root(inner) == tmp_path / "repository"
    (tmp_path / "repository" / "service" / "pyproject.toml").touch()
    assert project_root(inner) == tmp_path / "repository" / "service"


def test_what_is_imported_from_the_project_is_imported_from_the_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "shop"
    for folder in ("src/shop", "lib/other", ".venv/site-packages"):
        (root / folder).mkdir(parents=True)
    (root / ".venv" / "pyvenv.cfg").touch()
    copy = copy_project(root, tmp_path / "copy")
    monkeypatch.syspath_prepend(str(root / ".venv" / "site-packages"))
    monkeypatch.syspath_prepend(str(root / "lib"))
    assert copy.import_path() == [str(copy.root / "lib"), str(copy.root / "src")]
