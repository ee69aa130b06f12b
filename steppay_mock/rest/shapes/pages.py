"""Pages of lists, as Spring writes them (fact 39)."""

from __future__ import annotations

from typing import Any

Data = dict[str, Any]

_SORT = {"empty": False, "sorted": True, "unsorted": False}


def page_object(content: list[Data], *, number: int, size: int, total: int) -> Data:
    """A page: its ``number`` counts from 0, ``size`` is its largest length, ``total`` the number of all objects."""
    pages = -(-total // size)
    return {
        "content": content,
        "empty": not content,
        "first": number == 0,
        "last": number + 1 >= pages,
        "number": number,
        "numberOfElements": len(content),
        "pageable": {
            "offset": number * size,
            "pageNumber": number,
            "pageSize": size,
            "paged": True,
            "sort": dict(_SORT),
            "unpaged": False,
        },
        "size": size,
        "sort": dict(_SORT),
        "totalElements": total,
        "totalPages": pages,
    }
