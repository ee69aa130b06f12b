"""The pair of functions that save a state and restore it, in any order and any number of times."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypedDict

from steppay_mock.errors import SteppayMockError


class Saving(TypedDict):
    """Two options of ``explore`` that go together: ``explore(..., **saving_sqlite(connection))``. Both may be async."""

    save: Callable[[], Any]
    restore: Callable[[Any], Any]


def saving_all(*savings: Saving) -> Saving:
    """The savings together as one, such as a database and a list of mails. SteppayMockError for other values."""
    if not savings or not all(isinstance(one, dict) and {"save", "restore"} <= one.keys() for one in savings):
        raise SteppayMockError(
            "saving_all() needs savings: saving_all(saving_sqlite(connection), saving_objects(mails))."
        )

    def save() -> Any:
        return _all_of([one["save"]() for one in savings])

    def restore(saved: list[Any]) -> Any:
        return _all_of([one["restore"](its_part) for one, its_part in zip(savings, saved, strict=True)])

    return {"save": save, "restore": restore}


def _all_of(given: list[Any]) -> Any:
    """The parts; an awaitable of them if some are awaitable."""
    return _awaited(given) if any(hasattr(part, "__await__") for part in given) else given


async def _awaited(given: list[Any]) -> list[Any]:
    return [await part if hasattr(part, "__await__") else part for part in given]
