"""The settings of each inbox, which the file keeps: its keys, where it forwards to, and what its senders get."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal, get_args

from steppay_mock.delivery.address import DEFAULT_PATH, Address, parse_address
from steppay_mock.errors import SteppayMockError, check_names
from steppay_mock.values import ChoiceValue
from steppay_mock.wire.shown_url import shown_url
from steppay_mock.wire.signature import as_secrets

if TYPE_CHECKING:
    from steppay_mock.sandbox.storage import SandboxFile

InboxAnswer = Literal["at-once", "forwarded"]

FIRST_INBOX = "steppay"
"""The inbox that is named where nobody named one."""

PREFIX = "/in/"
"""The beginning of the path of each inbox."""

_KEY = "inboxes"
_ANSWER = ChoiceValue(words=get_args(InboxAnswer))
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxSettings:
    """The settings of one inbox."""

    name: str
    secrets: tuple[str, ...] = field(default=(), repr=False)
    """The keys of its signatures, one match is enough; empty: that of the sandbox."""
    forward_to: str | None = field(default=None, repr=False)
    """Where each webhook goes on to; None: nowhere."""
    answer: InboxAnswer = "at-once"
    """What a sender gets: 200 at once (assumed), or what the receiver answered."""

    def as_dict(self) -> dict[str, Any]:
        """The settings as plain data, without what is secret in them."""
        return {
            "name": self.name,
            "address": f"{PREFIX}{self.name}",
            "secrets": len(self.secrets),
            "forward_to": None if self.forward_to is None else shown_url(self.forward_to),
            "answer": self.answer,
        }


class InboxList:
    """The settings of all inboxes. One without settings has the usual ones."""

    def __init__(self, file: SandboxFile, *, allowed: frozenset[str]) -> None:
        self._file = file
        self._allowed = allowed
        self._lock = Lock()
        kept = file.value(_KEY) or []
        self._all = {one["name"]: InboxSettings(**{**one, "secrets": tuple(one["secrets"])}) for one in kept}

    def __getitem__(self, name: str) -> InboxSettings:
        return self._all.get(name) or InboxSettings(name=name)

    def names(self) -> list[str]:
        """The inboxes that have settings."""
        return list(self._all)

    def change(self, name: str, changes: Mapping[str, Any]) -> InboxSettings:
        """Change the settings of an inbox; SteppayMockError for a wrong name or a wrong field."""
        found = replace(self[check_inbox_name(name)], **self._read(changes))
        with self._lock:
            self._all = {**self._all, name: found}
            self._file.set_value(_KEY, [asdict(one) for one in self._all.values()])
        return found

    def address(self, url: str) -> Address:
        """The address of a receiver; SteppayMockError if nothing may be sent there."""
        return parse_address(url, path=DEFAULT_PATH, allowed=self._allowed)

    def _read(self, given: Mapping[str, Any]) -> dict[str, Any]:
        check_names(given, [one.name for one in fields(InboxSettings)][1:], owner="An inbox", noun="setting")
        found = dict(given)
        url = found.get("forward_to")
        if url is not None:
            if not isinstance(url, str):
                raise SteppayMockError(
                    "forward_to is no text. Give the address of the receiver, such as http://localhost:3000/hook."
                )
            self.address(url)
        if "secrets" in found:
            found["secrets"] = tuple(as_secrets(found["secrets"])) if found["secrets"] else ()
        if "answer" in found:
            found["answer"] = _ANSWER.check("answer", found["answer"])
        return found


def check_inbox_name(name: object) -> str:
    """The name, if an inbox can have it."""
    if isinstance(name, str) and _NAME.fullmatch(name):
        return name
    raise SteppayMockError(
        f"{str(name)[:80]!r} is no name of an inbox. Write letters without accents, digits, '-', '_' and '.', 64 at "
        "most, such as shop."
    )
