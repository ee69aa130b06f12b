"""The inbox of a sandbox: what came in, the settings of each inbox by its name, and the threads that forward."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING, Any

from steppay_mock.delivery.answer import Answer
from steppay_mock.errors import SteppayMockError
from steppay_mock.sandbox.inbox.forwarding import forward_to
from steppay_mock.sandbox.inbox.kept import MOST_KEPT, KeptWebhooks, forwarded
from steppay_mock.sandbox.inbox.received import ForwardedWebhook, ReceivedWebhook
from steppay_mock.sandbox.inbox.settings import InboxList, InboxSettings, check_inbox_name
from steppay_mock.wire.real_time import wall_clock

if TYPE_CHECKING:
    from steppay_mock.delivery.address import Address
    from steppay_mock.sandbox.storage import SandboxFile

_FORWARDS = 16  # at the same time: a receiver that is slow delays no other webhook
_NOTICES = 5


class Inbox:
    """The webhooks that came to a sandbox, the oldest first. ``sandbox.inbox[-1]`` is the newest.

    ``keys`` gives those of the sandbox, for an inbox without keys of its own. ``told`` is called with each webhook,
    once it is forwarded if it has to be. ``is_first``: the first page of the sandbox is that of the inbox.
    """

    def __init__(
        self,
        file: SandboxFile,
        *,
        keys: Callable[[], tuple[str, ...]],
        allowed: frozenset[str],
        timeout: float,
        told: Callable[[ReceivedWebhook], object],
        is_first: bool,
    ) -> None:
        self.is_first = is_first
        self.notices: deque[str] = deque(maxlen=_NOTICES)
        """What was refused, the newest last."""
        self._kept = KeptWebhooks(file)
        self._list = InboxList(file, allowed=allowed)
        self._keys = keys
        self._timeout = timeout
        self._told = told
        self._pool = ThreadPoolExecutor(_FORWARDS, thread_name_prefix="StepPay inbox")
        self._lock = Lock()
        self._flying: set[Future[Any]] = set()

    def __iter__(self) -> Iterator[ReceivedWebhook]:
        return iter(self.newest()[::-1])

    def __len__(self) -> int:
        return sum(self._kept.counts().values())

    def __getitem__(self, place: int) -> ReceivedWebhook:
        return list(self)[place]

    def newest(self, name: str | None = None) -> list[ReceivedWebhook]:
        """The webhooks of one inbox, or of all, the newest first."""
        return [self._read(row) for row in self._kept.rows(inbox=name)]

    def webhook(self, number: int) -> ReceivedWebhook:
        """The webhook of that number; SteppayMockError if there is none."""
        for row in self._kept.rows(number=number) if number < 2**63 else ():
            return self._read(row)
        raise SteppayMockError(
            f"No webhook {number} is in the inbox, which keeps the newest {MOST_KEPT}. GET /_mock/inbox lists them."
        )

    def forwards(self, number: int) -> list[ForwardedWebhook]:
        """All attempts to forward a webhook, the first one first."""
        return self._kept.forwards(number)

    def settings(self, name: str) -> InboxSettings:
        """The settings of an inbox."""
        return self._list[check_inbox_name(name)]

    def counts(self) -> dict[str, int]:
        """The number of webhooks of each inbox that has some, or that has settings."""
        return {**dict.fromkeys(self._list.names(), 0), **self._kept.counts()}

    def change(self, name: str, /, **changes: Any) -> InboxSettings:
        """Change ``secrets``, ``forward_to`` or ``answer`` of an inbox. SteppayMockError for a wrong one."""
        return self._list.change(name, changes)

    def clear(self, name: str | None = None) -> None:
        """Remove what came to an inbox, or to all; the settings stay."""
        self._kept.clear(None if name is None else check_inbox_name(name))

    def take(
        self, name: str, *, headers: Sequence[tuple[str, str]], body: bytes, query: str = ""
    ) -> tuple[ReceivedWebhook, Future[ReceivedWebhook] | None]:
        """Keep a webhook, and begin to forward it; the webhook, and what gives it with its answer."""
        url = self.settings(name).forward_to
        number = self._kept.add(
            inbox=name, came_at=wall_clock(), query=query, headers=headers, body=body, forward_to=url
        )
        webhook = self.webhook(number)
        if url is None:
            self._told(webhook)
            return webhook, None
        with suppress(RuntimeError):  # the sandbox stops: its next start forwards it
            return webhook, self._submit(number, attempt=1, url=url)
        return webhook, None

    def forward(self, number: int, *, to: str | None = None) -> ReceivedWebhook:
        """Forward a webhook once more, and wait for the answer. ``to`` None: where its inbox forwards to."""
        webhook = self.webhook(number)
        url = to or self.settings(webhook.inbox).forward_to
        if url is None:
            raise SteppayMockError(
                f"The inbox {webhook.inbox!r} forwards to nowhere. Give an address: sandbox.inbox.change("
                f"{webhook.inbox!r}, forward_to=...), or PUT /_mock/inbox/{webhook.inbox}"
            )
        self._list.address(url)
        attempt = self._kept.add_forward(number, url, at=wall_clock())
        return self._submit(number, attempt=attempt, url=url).result()

    def begin(self) -> None:
        """Forward what was to be forwarded when the process ended."""
        for number, attempt, url in self._kept.pending():
            self._submit(number, attempt=attempt, url=url)

    def settle(self) -> None:
        """Wait until all that is forwarded is answered."""
        while True:
            with self._lock:
                flying = list(self._flying)
            if not flying:
                return
            wait(flying)

    def stop(self) -> None:
        """Start nothing more, and wait for the answers to what is in flight."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _submit(self, number: int, *, attempt: int, url: str) -> Future[ReceivedWebhook]:
        future = self._pool.submit(self._forward, number, attempt, url)
        with self._lock:
            self._flying.add(future)
        future.add_done_callback(self._landed)
        return future

    def _landed(self, future: Future[Any]) -> None:
        with self._lock:
            self._flying.discard(future)

    def _forward(self, number: int, attempt: int, url: str) -> ReceivedWebhook:
        webhook, began = self.webhook(number), wall_clock()
        try:
            answer = forward_to(self._list.address(url), webhook, timeout=self._timeout, onward=self._onward)
        except SteppayMockError as error:  # the host was allowed when the file was written
            answer = Answer(None, error=str(error))
        self._kept.end_forward(number, attempt, answer, at=began)
        found = self.webhook(number)
        self._told(found)
        return found

    def _onward(self, name: str) -> Address | None:
        with suppress(SteppayMockError):  # a host that is not allowed: no webhook goes there
            url = self._list[name].forward_to
            return None if url is None else self._list.address(url)
        return None

    def _read(self, row: Sequence[Any]) -> ReceivedWebhook:
        number, inbox, came_at, query, headers, body, *attempt = row
        return ReceivedWebhook(
            number=number,
            inbox=inbox,
            came_at=came_at,
            query=query,
            headers=tuple((str(name), str(value)) for name, value in json.loads(headers)),
            body=body,
            keys=self._list[inbox].secrets or self._keys(),
            answer=None if attempt[0] is None else forwarded(attempt),
        )
