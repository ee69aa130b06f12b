"""What saves a state and brings it back, in any order and as often as one likes?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypedDict

from steppay_mock.errors import SteppayMockError


class Saving(TypedDict):
    """The two options of ``explore`` that go together: ``explore(..., **saving_sqlite(connection))``."""

    save: Callable[[], Any]
    restore: Callable[[Any], None]


def saving_all(*savings: Saving) -> Saving:
    """Save all of these together, such as a database and a list of mails."""
    if not savings or not all(isinstance(one, dict) and {"save", "restore"} <= one.keys() for one in savings):
        raise SteppayMockError(
            "saving_all() needs savings: saving_all(saving_sqlite(connection), saving_objects(mails))."
        )

    def save() -> list[Any]:
        return [one["save"]() for one in savings]

    def restore(saved: list[Any]) -> None:
        for one, its_part in zip(savings, saved, strict=True):
            one["restore"](its_part)

    return {"save": save, "restore": restore}
