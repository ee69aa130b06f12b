"""Programs in Node that serve a receiver, with the packages of tests/express."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

EXPRESS = Path(__file__).resolve().parent / "express"
SECRET = "whsec_of_the_tests"


def require_express(config: pytest.Config) -> None:
    """Skip the test where Express, or pg beside it, is not installed; with --require-tools it fails."""
    installed = EXPRESS / "node_modules"
    if shutil.which("node") is not None and all((installed / name).is_dir() for name in ("express", "pg")):
        return
    missing = "Express or pg is not installed: npm ci --prefix tests/express"
    if config.getoption("--require-tools", default=False):
        pytest.fail(missing)
    pytest.skip(missing)


@contextmanager
def node_serving(folder: Path, program: str, **variables: str) -> Iterator[str]:
    """The URL of the program while it runs: it prints that, or its port. These are variables of its environment."""
    with subprocess.Popen(
        [str(shutil.which("node")), program],
        cwd=folder,
        env={**os.environ, "STEPPAY_WEBHOOK_SECRET": SECRET, **variables},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        told = process.stdout.readline().strip()
        try:
            yield told if told.startswith("http://") else f"http://127.0.0.1:{told}"
        finally:
            process.stdin.close()  # programs of the tests end with their standard input
            process.terminate()
            process.wait(timeout=10)


@contextmanager
def node_project(folder: Path, files: Mapping[str, str], program: str, **variables: str) -> Iterator[str]:
    """The URL of the program among these files, which can import Express."""
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "node_modules").symlink_to(EXPRESS / "node_modules", target_is_directory=True)
    with node_serving(folder, program, **variables) as url:
        yield url
