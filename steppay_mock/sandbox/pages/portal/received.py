"""The webhooks of the inbox as the portal lists them: what each is about, and what is unusual about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from steppay_mock.sandbox.pages.portal.arrivals import (
    ArrivalComparison,
    Arrived,
    Badge,
    Subject,
    compare_arrivals,
    subject_of_body,
)
from steppay_mock.sandbox.pages.portal.sent_request import badges_of_request

if TYPE_CHECKING:
    from steppay_mock.sandbox.inbox.inbox import Inbox
    from steppay_mock.sandbox.inbox.received import ReceivedWebhook


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedWebhook:
    """A webhook with its subject and its badges."""

    webhook: ReceivedWebhook
    subject: Subject
    arrival: ArrivalComparison
    """What the comparison with those before, in the same inbox, shows."""

    @property
    def badges(self) -> tuple[Badge, ...]:
        """What is unusual about it. It is judged when it is asked for: that takes time."""
        return (*badges_of_request(self.webhook.signature, self.webhook.judged), *self.arrival.badges)


def list_webhooks(inbox: Inbox) -> list[ListedWebhook]:
    """The webhooks that came in, the newest first."""
    newest = inbox.newest()
    told = compare_arrivals(_arrived(one) for one in reversed(newest))
    return [ListedWebhook(webhook=one, subject=subject_of_body(one.body), arrival=told[one.number]) for one in newest]


def _arrived(webhook: ReceivedWebhook) -> Arrived:
    event = webhook.event
    second = None if event is None else event.second
    return Arrived(
        number=webhook.number,
        at=webhook.inbox,
        body=webhook.body,
        second=second if isinstance(second, int) and not isinstance(second, bool) else None,
    )
