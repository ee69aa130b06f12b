"""Names of callables, also of those that ``functools.partial`` wraps."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from typing import Any


def name_of(function: Callable[..., Any]) -> str:
    """The name of the function, or of the class if the callable is an object."""
    inner = unwrapped(function)
    return str(getattr(inner, "__name__", type(inner).__name__))


def is_coroutine_function(function: Callable[..., Any]) -> bool:
    """Whether it is an ``async def``, or an object whose ``__call__`` is one."""
    inner = unwrapped(function)
    return inspect.iscoroutinefunction(inner) or inspect.iscoroutinefunction(type(inner).__call__)


def unwrapped(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function inside of all partials."""
    while isinstance(function, partial):
        function = function.func
    return function
