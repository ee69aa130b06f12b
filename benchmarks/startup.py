"""Measures what this project costs a run of pytest that does not use it, and what it costs to import it.

The packages are copied to a folder of their own, so that "without bytecode" leaves the caches of pytest alone and the
checkout as it is. Each figure is taken in a fresh interpreter, and counts processor time: starting waits for nothing,
so that on an idle machine this is the time that passes, and on a busy one it still is what the start costs.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from statistics import median

from benchmarks.measure import Goal, Report, Row, Table, main, peer

PACKAGES = ["pytest", "pytest-httpserver", "schemathesis", "faker"]
PLUGINS = {
    "steppay": "pytest_steppay.plugin",
    "pytest-httpserver": "pytest_httpserver.pytest_plugin",
    "schemathesis": "schemathesis.pytest.plugin",
    "faker": "faker.contrib.pytest.plugin",
}
OTHER_PLUGINS = ("pytest-httpserver", "schemathesis", "faker")
OTHER_MODULES = ("pytest_httpserver", "schemathesis")
COLLECT = Path(__file__).with_name("collect.py")
TIMED_IMPORT = "from time import process_time as now; at = now(); import {}; print(now() - at)"

Samples = dict[str, list[float]]
"""Seconds, by what was measured, one a round."""


def build(quick: bool) -> Report:  # noqa: FBT001 - the signature of `main`
    """Measure."""
    for module in ("pytest_httpserver", "schemathesis", "faker"):
        peer(module)
    rounds = 3 if quick else 41
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "test_trivial.py").write_text("def test_trivial() -> None:\n    assert True\n", encoding="utf-8")
        cached = _environment(_copy(place / "cached"), bytecode=True)
        uncached = _environment(_copy(place / "uncached"), bytecode=False)
        plugins = _sample(_added_by, ["steppay"], place, cached, rounds=rounds)
        plugins |= _sample(_added_by, ["steppay"], place, uncached, rounds=rounds, suffix=", no bytecode")
        plugins |= _sample(_added_by, OTHER_PLUGINS, place, cached, rounds=rounds // 5 + 1)
        imports = _sample(_import_of, ["steppay_mock"], place, cached, rounds=rounds)
        imports |= _sample(_import_of, ["steppay_mock"], place, uncached, rounds=rounds, suffix=", no bytecode")
        imports |= _sample(_import_of, OTHER_MODULES, place, cached, rounds=rounds // 5 + 1)
    tables = [_table("What a plugin adds to pytest --collect-only of one test", plugins), _table("import", imports)]
    goals = [
        Goal("plugin at the start of pytest", "<=", 3, " ms", median(plugins["steppay"]) * 1e3),
        Goal("import steppay_mock", "<=", 5, " ms", median(imports["steppay_mock"]) * 1e3),
    ]
    return Report(tables, goals, PACKAGES)


def _sample(
    take: Callable[[str, Path, dict[str, str]], float],
    names: Sequence[str],
    place: Path,
    environment: dict[str, str],
    *,
    rounds: int,
    suffix: str = "",
) -> Samples:
    """What ``take`` measures for each of the names, in turns; a first turn, which writes bytecode, is not counted."""
    samples: Samples = {f"{name}{suffix}": [] for name in names}
    for number in range(-1, rounds):
        for name in names:
            seconds = take(name, place, environment)
            if number >= 0:
                samples[f"{name}{suffix}"].append(seconds)
    return samples


def _added_by(plugin: str, place: Path, environment: dict[str, str]) -> float:
    command = [sys.executable, str(COLLECT), str(place / "test_trivial.py"), PLUGINS[plugin]]
    return float(_run(command, place, environment))


def _import_of(module: str, place: Path, environment: dict[str, str]) -> float:
    return float(_run([sys.executable, "-c", TIMED_IMPORT.format(module)], place, environment))


def _copy(folder: Path) -> Path:
    for package in ("steppay_mock", "pytest_steppay"):
        spec = find_spec(package)
        assert spec is not None
        assert spec.origin is not None
        source = Path(spec.origin).parent
        shutil.copytree(source, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def _environment(packages: Path, *, bytecode: bool) -> dict[str, str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST"))}
    environment["PYTHONPATH"] = str(packages)
    if not bytecode:
        environment["PYTHONDONTWRITEBYTECODE"] = "1"
    return environment


def _run(command: Sequence[str], place: Path, environment: dict[str, str]) -> str:
    ran = subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def _table(title: str, samples: Samples) -> Table:
    rows = [Row(name, median(seconds) * 1e3, note=_spread(seconds)) for name, seconds in samples.items()]
    return Table(title, "ms", rows)


def _spread(seconds: list[float]) -> str:
    ordered = sorted(seconds)
    quarter = len(ordered) // 4
    return f"half of {len(ordered)} between {ordered[quarter] * 1e3:.3g} and {ordered[-1 - quarter] * 1e3:.3g}"


if __name__ == "__main__":
    main(__doc__, build)
