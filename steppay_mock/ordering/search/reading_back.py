"""Notes on a receiver that reads back from the REST API: did the search control the API, and did any call reach it.

A receiver that asks the API gets the present state of a thing. In a search the present has to be that of the deliveries
so far. If the API is not given to the search, it answers with the end of the story after every delivery, and a receiver
passes that would fail in production.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from steppay_mock.ordering.face import option

if TYPE_CHECKING:
    from steppay_mock.ordering.exploration import Exploration
    from steppay_mock.rest.api import StoreApi


class ApiCallWatch:
    """Counts the calls of every StoreApi of this process, from its own creation on."""

    def __init__(self, api: StoreApi | None) -> None:
        self._api = api
        self._before = {id(one): len(one.calls) for one in _living()}

    @property
    def other_calls(self) -> int:
        """The calls of all APIs but the given one."""
        return sum(self._calls(one) for one in _living() if one is not self._api)

    def noted(self, found: Exploration) -> Exploration:
        """The exploration with a note, if the calls show that it proves less than it seems to."""
        notes = tuple(self._notes()) if found.ok else ()
        return replace(found, notes=(*found.notes, *notes)) if notes else found

    def _notes(self) -> Iterator[str]:
        if self._api is None:
            if self.other_calls:
                yield (
                    "The receiver read back from the REST API, which always answered with the end of the story, also "
                    f"before that was delivered. Pass {option('api')}: its time then follows the deliveries."
                )
            return
        count = self._calls(self._api)
        statuses = [call.status for call in self._api.calls[len(self._api.calls) - count :]]
        if not count:
            yield (
                f"{option('api')} was given, and no call reached it. Is it mounted, and does the receiver read from "
                "there?"
            )
        elif 200 not in statuses:
            yield (
                f"The REST API answered none of {count:,} calls with 200, but {statuses[-1]}. "
                "Does the receiver send the API's token?"
            )

    def _calls(self, api: StoreApi) -> int:
        return len(api.calls) - self._before.get(id(api), 0)


def _living() -> tuple[StoreApi, ...]:
    """Every StoreApi of this process; none if the module is not loaded."""
    module = sys.modules.get("steppay_mock.rest.api")
    return () if module is None else module.living_apis()
