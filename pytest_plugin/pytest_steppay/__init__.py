"""The pytest plugin of steppay-mock. Importing it loads nothing of the engine.

``StepPay`` is the type of the ``steppay`` fixture, for annotations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_steppay.door import StepPay

__all__ = ["StepPay"]


def __getattr__(name: str) -> Any:
    if name != "StepPay":
        raise AttributeError(f"module 'pytest_steppay' has no attribute {name!r}")
    from pytest_steppay.door import StepPay

    return StepPay
