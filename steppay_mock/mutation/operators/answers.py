"""Mistakes in answers: 200 to what is refused, 400 to what is passed over."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from steppay_mock.mutation.handler_code import HandlerCode
from steppay_mock.mutation.mistake import HandlerMistake
from steppay_mock.mutation.notices import STATE, checks
from steppay_mock.mutation.topics import topic_of_branch, words_of

_STATUS_WORDS = frozenset({"status", "status_code", "code"})
_ANSWERING = frozenset({"abort", "HTTPException", "Response", "HttpResponse", "JSONResponse", "JsonResponse"})
_REFUSING = {"HttpResponseBadRequest", "HttpResponseForbidden"}
_LEAST_ERROR = 400


def accepted_refusals(code: HandlerCode) -> Iterator[HandlerMistake]:
    """``return "", 401`` becomes ``return "", 200``."""
    for node in code.nodes(ast.Constant):
        if _is_status(code, node) and isinstance(node.value, int) and node.value >= _LEAST_ERROR:
            yield _answered_200(node, code, node, "200", f"it answered 200 where it has to answer {node.value}")
    for call in code.nodes(ast.Call):
        if isinstance(call.func, ast.Name) and call.func.id in _REFUSING:
            effect = "it answered 200 where it has to refuse"
            yield _answered_200(call, code, call.func, "__import__('django.http').http.HttpResponse", effect)


def _answered_200(at: ast.expr, code: HandlerCode, node: ast.expr, text: str, effect: str) -> HandlerMistake:
    about = _condition_of(code, at)
    notice = checks("signature/wrong-secret") if about == "signature" else STATE.replace("rows", "answer")
    if about == "body":
        notice = checks("malformed/not-json", "malformed/empty-object")
    return HandlerMistake(name="answer-200", effect=effect, notice=notice, at=at, edits=(code.edit(node, text),))


def refused_copies_and_types(code: HandlerCode) -> Iterator[HandlerMistake]:
    """``if seen: return "", 200`` becomes ``if seen: return "", 400``."""
    told = {
        "copy": ("a copy of a webhook was refused", checks("duplicate/copy-accepted")),
        "type": ("event types that it does not use were refused", checks("unknown-event/new-type")),
        "order": ("a webhook that arrives late was refused", checks("order/refused")),
    }
    for node in code.nodes(ast.Constant):
        is_fine = isinstance(node.value, int) and 200 <= node.value < 300
        if is_fine and _is_status(code, node) and (about := _condition_of(code, node)) in told:
            effect, notice = told[about]
            yield HandlerMistake(
                name="answer-400", effect=effect, notice=notice, at=node, edits=(code.edit(node, "400"),)
            )


def _is_status(code: HandlerCode, node: ast.Constant) -> bool:
    """Whether the number is the status of an answer: ``return "", 401``, ``status=401``, ``abort(401)``."""
    if type(node.value) is not int:
        return False
    parent = code.parent(node)
    if isinstance(parent, ast.keyword):
        return parent.arg in _STATUS_WORDS
    if isinstance(parent, ast.Tuple):
        return isinstance(code.parent(parent), ast.Return)
    if isinstance(parent, ast.Call):
        name = parent.func.attr if isinstance(parent.func, ast.Attribute) else getattr(parent.func, "id", "")
        return name in _ANSWERING
    return False


def _condition_of(code: HandlerCode, node: ast.AST) -> str:
    """The topic of the innermost condition or handler of errors in which the node is."""
    child, parent = node, code.parent(node)
    while not isinstance(parent, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef):
        if isinstance(parent, ast.If) and child in parent.body:
            return topic_of_branch(parent).name
        if isinstance(parent, ast.ExceptHandler) and parent.type is not None:
            return "signature" if "signature" in words_of(parent.type) else "body"
        child, parent = parent, code.parent(parent)
    return ""
