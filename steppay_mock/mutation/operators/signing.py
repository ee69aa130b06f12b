"""Mistakes in checking a signature: only a part is compared, or another text than the bytes that arrived."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from steppay_mock.mutation.handler_code import HandlerCode
from steppay_mock.mutation.mistake import HandlerMistake
from steppay_mock.mutation.notices import checks
from steppay_mock.mutation.topics import words_of

_VERIFYING = frozenset({"verify", "signature", "hmac", "digest"})
_PART = 20  # characters


def compared_parts(code: HandlerCode) -> Iterator[HandlerMistake]:
    """``compare_digest(a, b)`` becomes a comparison of the first 20 characters."""
    for node in code.nodes(ast.Call):
        if isinstance(node.func, ast.Name | ast.Attribute) and ast.unparse(node.func).endswith("compare_digest"):
            if len(node.args) != len(("expected", "given")):
                continue
            left, right = (f"({code.code(one)})[:{_PART}]" for one in node.args)
            yield HandlerMistake(
                name="compare-part",
                effect="only the first 20 characters of a signature were compared",
                notice=checks("signature/key-truncated"),
                at=node,
                edits=(code.edit(node, f"({left} == {right})"),),
            )


def rewritten_bodies(code: HandlerCode) -> Iterator[HandlerMistake]:
    """``request.get_data()`` becomes the same JSON, parsed and written again."""
    for node in code.nodes(ast.Call, ast.Attribute, ast.Await):
        if _is_raw_body(code, node) and _verifies(code, node):
            again = f"__import__('json').dumps(__import__('json').loads({code.code(node)})).encode()"
            yield HandlerMistake(
                name="rewritten-body",
                effect="the signature was checked over the JSON, parsed and written again, and not over the raw bytes",
                notice='steppay.deliver(steppay.event(…), to=app).assert_ok(), signed and with body="pretty"',
                at=node,
                edits=(code.edit(node, again),),
            )


def _is_raw_body(code: HandlerCode, node: ast.AST) -> bool:
    """Whether the node is the body of a request as bytes: in Flask, Django or FastAPI."""
    parent = code.parent(node)
    if isinstance(parent, ast.Await):
        return False  # what is awaited is the body
    if isinstance(node, ast.Await):
        node = node.value
    if isinstance(node, ast.Call):
        return ast.unparse(node.func) in {"request.get_data", "request.body", "self.request.get_data"}
    is_called = isinstance(parent, ast.Call) and parent.func is node
    return not is_called and isinstance(node, ast.Attribute) and ast.unparse(node) in {"request.data", "request.body"}


def _verifies(code: HandlerCode, node: ast.AST) -> bool:
    """Whether a signature is checked over the node: where it stands, or later by its name."""
    parent = code.parent(node)
    if isinstance(parent, ast.Assign):
        function = code.function_of(node)
        return function is not None and bool(_VERIFYING & words_of(function))
    return isinstance(parent, ast.Call) and bool(_VERIFYING & words_of(parent.func))
