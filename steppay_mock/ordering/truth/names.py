"""Reads the names of columns and tables: the words, the kind of thing that they name, and whether they name an id."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_PLURALS = {"subs": "sub", "statuses": "status", "ids": "id", "codes": "code", "amounts": "amount"}
_SPELLINGS = {"cancelled": "canceled", "cancellation": "cancel"}

_KIND_WORDS = {"sub": "subscription"} | {
    kind: kind for kind in ("customer", "product", "price", "order", "subscription", "payment", "invoice", "usage")
}
_PLURALS |= {f"{word}s": word for word in _KIND_WORDS if word != "sub"}

VENDOR = frozenset({"steppay", "current", "latest", "vendor", "remote", "external"})
"""Words that say only that the value is StepPay's present one."""

_NEUTRAL = VENDOR | {
    *("row", "rows", "table", "tables", "list", "map", "dict", "data", "store", "cache", "db", "record", "records"),
    *("status", "state", "all", "result", "results", "object", "objects", "model", "models", "info", "value", "values"),
    *("detail", "details", "fields", "attributes", "summary", "id", "code"),
}
_PAST = frozenset(
    [
        "history",
        "histories",
        "log",
        "logs",
        "journal",
        "audit",
        "event",
        "events",
        "inbox",
        "outbox",
        "mail",
        "mails",
        "email",
        "emails",
        "message",
        "messages",
        "notification",
        "notifications",
        "raw",
        "archive",
        "archives",
        "snapshot",
        "snapshots",
        "previous",
        "prev",
        "old",
        "former",
        "first",
        "initial",
        "original",
        "received",
        "delivery",
        "deliveries",
        "webhook",
        "webhooks",
        "seen",
        "attempt",
        "attempts",
        "change",
        "changes",
        "transition",
        "transitions",
        "failure",
        "failures",
        "error",
        "errors",
        "job",
        "jobs",
        "task",
        "tasks",
        "queue",
        "ledger",
        "entry",
        "entries",
        "effect",
        "effects",
        "before",
        "past",
        "last",
        "timeline",
        "trail",
        "version",
        "versions",
        "refund",
        "refunds",
        "receipt",
        "receipts",
        "request",
        "requests",
        "call",
        "calls",
        "sent",
    ]
)
_JOINS = frozenset({"by", "per", "of", "for", "with"})
_ID_WORDS = frozenset({"id", "code", "key", "no", "number", "pk", "ref", "uid"})


@cache
def words_of(name: str) -> tuple[str, ...]:
    """The words of a name in lower case, singular and one spelling: equal for ``paymentIds`` and ``payment_id``."""
    found = (word.lower() for word in _WORD.findall(name))
    return tuple(_SPELLINGS.get(word, word) for word in (_PLURALS.get(word, word) for word in found))


def kinds_in(words: tuple[str, ...]) -> frozenset[str]:
    """The kinds of things that the words name."""
    return frozenset(_KIND_WORDS[word] for word in words if word in _KIND_WORDS)


def without_kinds(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words without those of kinds, and without those that only say that the value is StepPay's."""
    return tuple(word for word in words if word not in _KIND_WORDS and word not in VENDOR)


@dataclass(frozen=True, slots=True)
class IdName:
    """A column with an id: of ``kind``, or of the thing that the row is about if that is None."""

    kind: str | None


@cache
def id_name(name: str) -> IdName | None:
    """The id that the column's name says it has; None if it names no id."""
    words = words_of(name)
    rest = without_kinds(words)
    kinds = kinds_in(words)
    if len(kinds) > 1 or not words or not set(rest) <= _ID_WORDS or (not rest and not kinds):
        return None
    return IdName(next(iter(kinds), None))


@dataclass(frozen=True, slots=True)
class RowPlace:
    """What the names of tables and keys above a row say: the kind of its thing, and whether it is a history."""

    name: str = ""
    """The innermost name that is no id."""
    kinds: frozenset[str] = frozenset()
    is_foreign: bool = False
    """Whether the name is of something else than StepPay's things, such as ``entitlements``."""
    is_past: bool = False

    def below(self, key: object) -> RowPlace:
        """The place under this key. A key that only distinguishes rows, such as a number, changes nothing."""
        name = str(key)
        words = words_of(name)
        is_number = not isinstance(key, str) or all(word.isdecimal() for word in words)
        # "payments" / "662866" / "details": keys below a known kind only add to it, unless one names another kind, or a
        # history.
        if is_number or (self.kinds and not kinds_in(words) and _PAST.isdisjoint(words)):
            return self
        is_past = self.is_past or not _PAST.isdisjoint(words)
        # "payments_by_customer": the words before "by" name the rows. The last of them that is not neutral counts.
        cut = next((at for at, word in enumerate(words) if word in _JOINS), len(words))
        told = list(words[:cut])
        while told and told[-1] in _NEUTRAL:
            told.pop()
        if not told:
            return replace(self, name=name, is_past=is_past)
        kind = _KIND_WORDS.get(told[-1])
        if kind is None:
            return RowPlace(name=name, is_foreign=True, is_past=is_past)
        return RowPlace(name=name, kinds=frozenset({kind}), is_past=is_past)

    def allows(self, kind: str) -> bool:
        """Whether a row here may be that of such a thing."""
        return not self.kinds or kind in self.kinds


def is_inner(name: str, kind: str) -> bool:
    """Whether a member of this name has more about the same thing, such as ``details`` or ``subscription``."""
    words = words_of(name)
    return (
        bool(words)
        and _PAST.isdisjoint(words)
        and all(word in _NEUTRAL or _KIND_WORDS.get(word) == kind for word in words)
    )
