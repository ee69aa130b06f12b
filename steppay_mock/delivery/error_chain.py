"""Which errors led to an error?"""

from __future__ import annotations

from collections.abc import Iterator


def errors_behind(error: BaseException | None) -> Iterator[BaseException]:
    """The error itself, those that led to it, and those in its groups; each once."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [one.__cause__, one.__context__]
        if isinstance(one, BaseExceptionGroup):
            waiting += one.exceptions
