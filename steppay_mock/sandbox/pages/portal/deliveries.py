"""The page with all deliveries, the newest first, and its filters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from steppay_mock.sandbox.pages.portal.holding import ORDERS
from steppay_mock.sandbox.pages.portal.listed import REMEMBERED, ListedDelivery, list_deliveries

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from steppay_mock.sandbox.core import SandboxCore
    from steppay_mock.sandbox.pages.frame import Page

STATES = ("SUCCESS", "FAIL", "PENDING")
_SHOWN = 100
_REMARKS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFilter:
    """Which deliveries are asked for; an empty member excludes none."""

    event: str = ""
    state: str = ""
    endpoint: str = ""
    search: str = ""
    before: int | None = None
    """Only those of a smaller number."""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> ListFilter:
        """The filter of a query."""
        before = query.get("before", "")
        return cls(
            event=query.get("event", ""),
            state=query.get("state", ""),
            endpoint=query.get("endpoint", ""),
            search=query.get("search", "").strip(),
            before=int(before) if before.isdecimal() and len(before) < 19 else None,
        )

    def takes(self, listed: ListedDelivery) -> bool:
        """Whether the delivery is asked for."""
        one = listed.delivery
        return (
            (not self.event or one.event == self.event)
            and (not self.state or one.state == self.state)
            and (not self.endpoint or one.receiver == self.endpoint)
            and (self.before is None or one.id < self.before)
            and (not self.search or self.search.casefold() in _searched(listed))
        )


def answer_deliveries(sandbox: SandboxCore, page: Page) -> Response:
    """The page with the deliveries that the query asks for."""
    everything = list_deliveries(sandbox.path)
    wanted = ListFilter.of(page.request.args)
    found = [one for one in everything if wanted.takes(one)]
    shown = found[:_SHOWN]
    return page.answer(
        "deliveries.html",
        shown=shown,
        count=len(found),
        older=page.here(before=str(shown[-1].delivery.id)) if len(found) > _SHOWN else None,
        here=page.here(),
        wanted=wanted,
        states=_with(wanted.state, STATES),
        events=_with(wanted.event, sorted({one.delivery.event for one in everything})),
        endpoints=_with(wanted.endpoint, sorted({one.delivery.receiver for one in everything})),
        remembered=REMEMBERED if len(everything) == REMEMBERED else None,
        sandbox=sandbox.status(),
        orders=ORDERS,
        remarks=sandbox.remarks.newest(_REMARKS),
    )


def _with(wanted: str, known: Sequence[str]) -> list[str]:
    """What a filter can choose, and what it has chosen: also one that no delivery has, so that the page tells it."""
    return [*known, *([wanted] if wanted and wanted not in known else [])]


def _searched(listed: ListedDelivery) -> str:
    """The texts of a delivery that a search looks through, in lower case."""
    one = listed.delivery
    body, answer = (content.decode("utf-8", "replace") for content in (listed.sent.body, one.body))
    return "\n".join((str(one.id), listed.subject.name, body, answer, one.error or "")).casefold()
