"""Writes moments as the REST API does: whole seconds in an object that is read, microseconds in one that is made."""

from __future__ import annotations

from datetime import datetime

_SECONDS = 19  # the length of 2023-06-19T06:19:55


def written_moment(moment: datetime | str | None, *, is_made: bool) -> str | None:
    """The moment as a LocalDateTime; None stays None. A text is one of a webhook, with all its digits.

    Both forms were observed: ``2023-06-19T01:55:11`` in GET, ``2023-06-19T01:54:14.656027`` in POST.
    """
    if moment is None:
        return None
    text = moment if isinstance(moment, str) else moment.isoformat()
    return text if is_made else text[:_SECONDS]
