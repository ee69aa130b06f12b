"""The answers of the control API: JSON, and errors with the next step."""

from __future__ import annotations

import json
from typing import Any

from werkzeug.wrappers import Response


def json_answer(data: Any, *, status: int = 200) -> Response:
    """An answer with this JSON."""
    # UTF-8 has no bytes for half a surrogate pair, which JSON can have: it is written as an escape.
    text = json.dumps(data, ensure_ascii=False).encode("utf-8", "backslashreplace")
    return Response(text, status=status, content_type="application/json")


def error_answer(status: int, message: str | None, *, allow: str | None = None) -> Response:
    """An answer that says what is wrong, and what to do."""
    answer = json_answer({"error": message}, status=status)
    if allow is not None:
        answer.headers["Allow"] = allow
    return answer
