"""Reads the docstring of a function, also under ``python -OO``, which drops it: then from the source file."""

from __future__ import annotations

import ast
import inspect
import linecache
import sys
from collections.abc import Callable
from functools import cache
from typing import Any

IS_DROPPED = sys.flags.optimize >= 2
"""Whether this Python drops docstrings."""


def docstring_of(function: Callable[..., Any]) -> str:
    """What the function says of itself, without indentation; empty if it says nothing, or if its source is away too."""
    text = inspect.getdoc(function) or ""
    return text if text or not IS_DROPPED else _in_source(inspect.unwrap(function))


def _in_source(function: Callable[..., Any]) -> str:
    code = getattr(function, "__code__", None)
    return "" if code is None else _docstrings(code.co_filename).get(code.co_firstlineno, "")


@cache
def _docstrings(file: str) -> dict[int, str]:
    """The docstrings of the functions in a file, by the line where each begins: that of its first decorator."""
    source = "".join(linecache.getlines(file))
    try:
        # optimize=0, for from Python 3.14 on ast.parse drops docstrings as well.
        tree = compile(source, file, "exec", flags=ast.PyCF_ONLY_AST, dont_inherit=True, optimize=0)
    except SyntaxError:  # it was changed meanwhile
        return {}
    found: dict[int, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            begins = min(one.lineno for one in (node, *node.decorator_list))
            found[begins] = ast.get_docstring(node) or ""
    return found
