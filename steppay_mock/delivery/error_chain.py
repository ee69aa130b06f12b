"""The chain of an error: the error itself and those that caused it."""

from __future__ import annotations

from collections.abc import Iterator


def errors_behind(error: BaseException | None, *, outside: BaseException | None = None) -> Iterator[BaseException]:
    """The error itself, those that caused it, and those in its groups; each once.

    An error that ``from None`` hides is no cause. ``outside`` is the error that the caller was handling already: Python
    makes it the context of each error that is raised meanwhile.
    """
    seen = {id(outside)}
    waiting = [error]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        hidden = one.__suppress_context__ and one.__cause__ is None
        waiting.append(one.__cause__ or (None if hidden else one.__context__))
        if isinstance(one, BaseExceptionGroup):
            waiting += one.exceptions
