"""A folder in which a reader of docs/generators.md works, and the packages of Node where they are installed."""

from __future__ import annotations

from pathlib import Path

import pytest
from agreement.judges import why_no_ajv
from generators.reader import NODE_MODULES, Reader


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    """A reader in a new folder."""
    return Reader(tmp_path)


@pytest.fixture
def _node(request: pytest.FixtureRequest) -> None:
    missing = why_no_ajv()
    if missing is None and not (NODE_MODULES / "zod").is_dir():
        missing = "The generators are not installed. Install them: npm ci --prefix tests/generators"
    if missing is None:
        return
    if request.config.getoption("--require-tools", default=False):
        pytest.fail(missing)
    pytest.skip(missing)
