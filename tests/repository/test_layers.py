"""The rooms import only from those below them, importing is cheap, and every public name has a home."""

import subprocess
import sys
from pathlib import Path

import steppay_mock

ROOT = Path(__file__).parents[2]


def modules_after(statement: str) -> set[str]:
    script = f"import sys\n{statement}\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_import_linter_finds_nothing_broken() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


def test_importing_the_package_loads_nothing_of_it() -> None:
    loaded = modules_after("import steppay_mock")
    assert {name for name in loaded if name.startswith("steppay_mock.")} == set()
    assert not loaded & {"json", "jsonschema", "faker", "werkzeug", "urllib3", "click", "rich", "requests"}


def test_making_and_checking_events_needs_no_server_client_or_terminal() -> None:
    loaded = modules_after("import steppay_mock as s; s.validate(s.make_event('order.created', seed=1))")
    assert not loaded & {"faker", "werkzeug", "urllib3", "requests", "click", "rich", "pytest"}


def test_nothing_but_its_user_imports_locust_and_nothing_but_its_engine_needs_pycurl() -> None:
    script = """
import pkgutil, sys
import pytest_steppay, steppay_mock
sys.modules["pycurl"] = None
failed = []
for package in (steppay_mock, pytest_steppay):
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if module.name not in {"steppay_mock.delivery.locust", "steppay_mock.cli.__main__"}:
            try:
                __import__(module.name)
            except ImportError:
                failed.append(module.name.removeprefix("steppay_mock.delivery.engine."))
assert "steppay_mock.delivery.load" in sys.modules
print(*failed, *(name for name in ("gevent", "locust") if name in sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60)
    assert (done.stdout, done.stderr) == ("libcurl libcurl_handle\n", "")


def test_every_public_name_loads_and_is_listed() -> None:
    for name in steppay_mock.__all__:
        assert getattr(steppay_mock, name) is not None
    assert set(steppay_mock.__all__) <= set(dir(steppay_mock))
    constants_first = sorted(steppay_mock.__all__, key=lambda name: (not name.isupper(), name))
    assert steppay_mock.__all__ == constants_first


def test_an_unknown_name_is_an_attribute_error() -> None:
    assert not hasattr(steppay_mock, "make_evnt")
