"""The page with what came to the inbox, the newest first, and its filters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from steppay_mock.sandbox.inbox.kept import MOST_KEPT
from steppay_mock.sandbox.inbox.settings import FIRST_INBOX
from steppay_mock.sandbox.pages.portal.received import ListedWebhook, list_webhooks

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from steppay_mock.sandbox.core import SandboxCore
    from steppay_mock.sandbox.pages.frame import Page

_SHOWN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxFilter:
    """Which webhooks are asked for; an empty member excludes none."""

    event: str = ""
    inbox: str = ""
    search: str = ""
    before: int | None = None
    """Only those of a smaller number."""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> InboxFilter:
        """The filter of a query."""
        before = query.get("before", "")
        return cls(
            event=query.get("event", ""),
            inbox=query.get("inbox", ""),
            search=query.get("search", "").strip(),
            before=int(before) if before.isdecimal() and len(before) < 19 else None,
        )

    def takes(self, listed: ListedWebhook) -> bool:
        """Whether the webhook is asked for."""
        one = listed.webhook
        return (
            (not self.event or one.type == self.event)
            and (not self.inbox or one.inbox == self.inbox)
            and (self.before is None or one.number < self.before)
            and (not self.search or self.search.casefold() in _searched(listed))
        )


def answer_inbox_page(sandbox: SandboxCore, page: Page) -> Response:
    """The page with the webhooks that the query asks for."""
    everything = list_webhooks(sandbox.inbox)
    wanted = InboxFilter.of(page.request.args)
    found = [one for one in everything if wanted.takes(one)]
    shown = found[:_SHOWN]
    counts = sandbox.inbox.counts()
    return page.answer(
        "inbox.html",
        shown=shown,
        count=len(found),
        older=page.here(before=str(shown[-1].webhook.number)) if len(found) > _SHOWN else None,
        here=page.here(),
        wanted=wanted,
        events=sorted({one.webhook.type for one in everything} - {""}),
        inboxes=[(sandbox.inbox.settings(name).as_dict(), count) for name, count in counts.items()],
        root=page.request.host_url.rstrip("/"),
        example=f"{page.request.host_url}in/{FIRST_INBOX}",
        most=MOST_KEPT,
        notices=list(sandbox.inbox.notices),
    )


def _searched(listed: ListedWebhook) -> str:
    """The texts of a webhook that a search looks through, in lower case."""
    one = listed.webhook
    texts = [str(one.number), listed.subject.name, one.body.decode("utf-8", "replace")]
    if one.answer is not None:
        texts += [one.answer.body.decode("utf-8", "replace"), one.answer.error or ""]
    return "\n".join(texts).casefold()
