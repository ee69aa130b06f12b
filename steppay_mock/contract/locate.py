"""Where do the schema files live? The only module that knows."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from steppay_mock.errors import SteppayMockError


@cache
def schema_dir() -> Traversable:
    """The folder of schemas: inside the package in a wheel, beside it in a checkout."""
    packaged = files("steppay_mock") / "schemas"
    if packaged.is_dir():
        return packaged
    beside = Path(__file__).resolve().parents[2] / "schemas"
    if beside.is_dir():
        return beside
    raise SteppayMockError(
        f"The schemas are neither in {packaged} nor in {beside}: the installation is broken. "
        "Reinstall steppay-mock: pip install --force-reinstall steppay-mock"
    )


@cache
def load_schema(path: str) -> dict[str, Any]:
    """The schema file at ``path`` (such as ``objects/Order.schema.json``), parsed once. Do not change what you get."""
    document: dict[str, Any] = json.loads((schema_dir() / path).read_text(encoding="utf-8"))
    return document
