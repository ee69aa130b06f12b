"""Shows webhooks that came in: a line for each, and a summary at the end."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from steppay_mock.cli.show.terminal import counted, time_of_day
from steppay_mock.delivery.excerpt import excerpt

if TYPE_CHECKING:
    from steppay_mock.sandbox.inbox.received import ForwardedWebhook, ReceivedWebhook

_LONGEST = 60  # letters of a text that a sender chose
_NAME = re.compile(r"[\w.-]{1,60}")
_SIGNATURES = {
    "valid": "signature valid",
    "missing": "signature missing",
    "unchecked": "signature not checked, because there is no key",
}


def webhook_line(webhook: ReceivedWebhook) -> str:
    """What came in, in one line: time of this machine, event, what it is about, signature, contract, answer."""
    parts = [_signature(webhook), _contract(webhook)]
    if webhook.answer is not None:
        parts.append(f"forwarded: {_answer(webhook.answer)}")
    return f"{time_of_day(webhook.came_at)}  #{webhook.number} {_event(webhook)}: {'; '.join(parts)}"


@dataclass(slots=True)
class InboxSummary:
    """Counts what came in."""

    came: set[int] = field(default_factory=set)
    signatures: Counter[str] = field(default_factory=Counter)
    broken: int = 0
    forwarded: int = 0
    refused: int = 0
    """Attempts to forward that were not taken."""

    def add(self, webhook: ReceivedWebhook) -> None:
        """Count a webhook; one that is forwarded again counts once."""
        if webhook.number not in self.came:
            self.came.add(webhook.number)
            self.signatures[_signature(webhook)] += 1
            self.broken += bool(webhook.violations or not webhook.judged.is_parsed)
        if webhook.answer is not None:
            self.forwarded += 1
            self.refused += not webhook.answer.is_success

    def __str__(self) -> str:
        parts = [f"{counted(len(self.came), 'webhook')} came in"]
        parts += [f"{count} x {words}" for words, count in self.signatures.most_common()]
        if self.broken:
            parts.append(f"{self.broken} x contract broken")
        if self.forwarded:
            parts.append(f"{self.forwarded} forwarded, of which {self.refused} failed")
        return "; ".join(parts)


def _event(webhook: ReceivedWebhook) -> str:
    from steppay_mock.payload.subject import thing_of

    event = webhook.event
    if event is None:
        return "no event"
    kind, key = thing_of(event)
    name = _plain(str(event.type))
    return name if key is None else f"{name}, {_plain(kind)} {_plain(str(key))}"


def _plain(text: str) -> str:
    """A name as it is; another text short and in quotes, so that no sender can write what looks like our words."""
    if _NAME.fullmatch(text):
        return text
    return json.dumps(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}...", ensure_ascii=False)


def _signature(webhook: ReceivedWebhook) -> str:
    if webhook.judged.is_v1 and webhook.signature == "missing":
        return "webhook v1, which is never signed"
    return _SIGNATURES.get(webhook.signature, f"signature wrong ({webhook.signature})")


def _contract(webhook: ReceivedWebhook) -> str:
    if not webhook.judged.is_parsed:
        return "no JSON"
    first = webhook.violation
    return "contract kept" if first is None else f"contract broken at {excerpt(first.path)}"


def _answer(answer: ForwardedWebhook) -> str:
    if answer.status is None:
        return answer.error or "no answer"
    told = f"{answer.status} in {(answer.latency or 0) * 1000:.0f} ms"
    return told if answer.error is None else f"{told}, {answer.error}"
