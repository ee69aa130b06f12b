"""Tells whether events are a story, without loading the simulated store."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TypeGuard

if TYPE_CHECKING:
    from steppay_mock.store.store import Story


def is_story(events: object) -> TypeGuard[Story]:
    """Whether the events are a Story.

    A story exists only if its module was loaded. So a search of other events does not pay for the import of the store,
    about 60 ms.
    """
    module = sys.modules.get("steppay_mock.store.store")
    return module is not None and isinstance(events, module.Story)
