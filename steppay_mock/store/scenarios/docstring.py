"""Reads the docstring of a function, from its source file if Python runs with ``-OO``, which drops docstrings."""

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
    """The docstring without indentation; empty if there is none, or no source file."""
    text = inspect.getdoc(function) or ""
    return text if text or not IS_DROPPED else _in_source(inspect.unwrap(function))


def _in_source(function: Callable[..., Any]) -> str:
    code = getattr(function, "__code__", None)
    return "" if code is None else _docstrings(code.co_filename).get(code.co_firstlineno, "")


@cache
def _docstrings(file: str) -> dict[int, str]:
    """The docstrings of the functions in a file, by first line, where decorators count (as in ``co_firstlineno``)."""
    source = "".join(linecache.getlines(file))
    try:
        # ast.parse() has no optimize=0 before 3.13, and from 3.14 on it drops docstrings too under -OO.
        tree = compile(source, file, "exec", flags=ast.PyCF_ONLY_AST, dont_inherit=True, optimize=0)
    except SyntaxError:  # the file was edited after Python loaded it
        return {}
    found: dict[int, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            begins = min(one.lineno for one in (node, *node.decorator_list))
            found[begins] = ast.get_docstring(node) or ""
    return found
