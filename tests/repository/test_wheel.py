"""What is shipped: the wheel holds the package, the plugin and the schemas, and works where there is no checkout."""

import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.wheel


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from an sdist as an index would hold it."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, cwd=ROOT)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory, new_environment: Callable[[Path], Path]) -> Path:
    """An environment with the wheel in it, far from the checkout; its dependencies are this environment's."""
    folder = tmp_path_factory.mktemp("installed")
    python = new_environment(folder)
    run(python, "-m", "pip", "install", "--no-index", "--no-deps", "--quiet", wheel, cwd=folder)
    return python


def test_the_wheel_holds_the_two_packages_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"steppay_mock", "pytest_steppay"}
    assert "steppay_mock/py.typed" in names
    assert "pytest_steppay/py.typed" in names


def test_the_schemas_in_the_wheel_are_those_of_the_repository(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    prefix = "steppay_mock/schemas/"
    shipped = {name.removeprefix(prefix): archive.read(name) for name in archive.namelist() if name.startswith(prefix)}
    root = ROOT / "schemas"
    assert shipped == {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*.json")}


def test_the_pages_in_the_wheel_are_those_of_the_repository(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    prefix = "steppay_mock/sandbox/pages/"
    root = ROOT / prefix
    files = {
        str(path.relative_to(root)) for path in root.rglob("*") if path.suffix in {".html", ".css", ".js", ".json"}
    }
    assert len(files) > 5
    shipped = {name.removeprefix(prefix): archive.read(name) for name in archive.namelist() if name.startswith(prefix)}
    assert {name: shipped.get(name) for name in files} == {name: (root / name).read_bytes() for name in files}


def test_neither_schemas_nor_tests_nor_pytest_plugin_is_importable(installed: Path, tmp_path: Path) -> None:
    for name in ("schemas", "tests", "pytest_plugin"):
        script = f"import importlib.util; print(importlib.util.find_spec({name!r}))"
        assert run(installed, "-c", script, cwd=tmp_path) == "None\n"


def test_the_command_works_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    command = installed.with_name("steppay-mock")
    made = run(command, "generate", "payment.completed", "--seed", "7", cwd=tmp_path)
    (tmp_path / "payment.json").write_text(made, encoding="utf-8")
    run(command, "validate", "payment.json", "--strict", cwd=tmp_path)


def test_the_plugin_works_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "def test_event(steppay_event, steppay):\n    steppay.validate(steppay_event)\n", encoding="utf-8"
    )
    out = run(installed, "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider", cwd=tmp_path)
    assert "27 passed" in out
