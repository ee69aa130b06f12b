"""Compares the rows that the user has mapped with the store: all mapped fields, and that no row is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from steppay_mock.ordering.state.json_path import below, places_at
from steppay_mock.ordering.state.normal import normalise, plain
from steppay_mock.ordering.truth.amounts import AMOUNTS, read_number
from steppay_mock.ordering.truth.hint import Hint, HintKind
from steppay_mock.ordering.truth.mapping import WHOLE, RowMapping, TruthMapping
from steppay_mock.ordering.truth.rounded import rounded_hints
from steppay_mock.ordering.truth.statuses import FIELDS as STATUS_FIELDS
from steppay_mock.ordering.truth.statuses import before
from steppay_mock.ordering.truth.things import KINDS, Thing, Things, things_of
from steppay_mock.ordering.truth.time_formats import KST, read_instant

if TYPE_CHECKING:
    from steppay_mock.store.store import Story

Judge = Callable[[Any, "Story"], tuple[Hint, ...]]
"""Takes a final state and the story, and returns hints."""


def mapped_truth(mapping: TruthMapping) -> Judge:
    """The function that compares final states by this mapping; a right state gets no hint."""

    def judge(state: Any, story: Story) -> tuple[Hint, ...]:
        told, things = plain(normalise(plain(state))), things_of(story)
        found = [hint for rows in mapping.rows for hint in _Rows(rows, things, told).hints()]
        return tuple({(one.kind, one.path, one.thing): one for one in found}.values())

    return judge


def has_mapped_rows(state: Any, story: Story, mapping: TruthMapping) -> bool:
    """Whether a path of the mapping leads to a row; True if the story has no thing of the mapped kinds."""
    told, things = plain(normalise(plain(state))), things_of(story)
    return not _are_told(things, mapping) or any(True for rows in mapping.rows for _ in places_at(told, rows.steps))


def _are_told(things: Things, mapping: TruthMapping) -> bool:
    return any(things.of(rows.kind) for rows in mapping.rows)


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of one kind in one state."""

    mapping: RowMapping
    things: Things
    state: Any

    def hints(self) -> Iterator[Hint]:
        met: set[Thing] = set()
        for path, key, node in places_at(self.state, self.mapping.steps):
            columns = node if isinstance(node, dict) else {WHOLE: node}
            called = key if self.mapping.id is None else columns.get(self.mapping.id)
            thing = next(iter(self.things.find(called, self.mapping.kind)), None)
            if thing is None or thing.kept is None:
                yield from self._strange(path, called, thing)
                continue
            met.add(thing)
            for column, field in self.mapping.fields.items():
                yield from self._compare(path, columns, column, thing, field)
        if not self.mapping.may_miss:
            yield from (self._missing(one) for one in self.things.of(self.mapping.kind) if one.kept and one not in met)

    def _strange(self, path: str, called: Any, thing: Thing | None) -> Iterator[Hint]:
        """The hint on a row that is about nothing in the store."""
        kind = self.mapping.kind
        is_known = self.things.is_untold(kind, called) if thing is None else not thing.is_deleted
        if is_known:
            return  # no event of the story says what its values are
        rounded = next(rounded_hints(called, self.things), None)
        place = path if self.mapping.id is None else below(path, self.mapping.id)
        if rounded is not None:
            found: HintKind = "rounded-id"
            says, store = rounded.sentence.replace("($)", f"({place})"), rounded.store
        elif called is None:
            found, store = "null-id", None
            says = f"looks wrong: the id of a {kind} is null here ({place}). Read {KINDS[kind].ids[0]} (fact 15)."
        else:
            found, store = "unknown", None
            why = "the store has deleted it" if thing is not None else f"the store has no such {kind}"
            says = f"looks wrong: {kind} {called} is here ({place}), and {why}. Look at what wrote that row."
        yield Hint(kind=found, path=place, thing=str(thing or kind), here=called, store=store, sentence=says)

    def _missing(self, thing: Thing) -> Hint:
        last = thing.events[-1]
        return Hint(
            kind="missing",
            path=self.mapping.path,
            thing=str(thing),
            here=None,
            store=thing.key,
            sentence=f"looks wrong: {thing} has no row ({self.mapping.path}). Event {last.number}, {last.event_type}, "
            'tells of it. Write a row when it arrives; if it is meant to have none, say missing = "ok".',
        )

    def _compare(self, path: str, columns: Mapping[Any, Any], column: str, thing: Thing, field: str) -> Iterator[Hint]:
        known = thing.known(field)
        if known is None:  # changed without an event
            return
        here = columns.get(column)
        meant = self.mapping.words.get(column, {}).get(str(here), (here,))
        if any(_is_equal(one, store) or _is_no_refund(field, one, store) for one in meant for store in known):
            return
        same = [value for value in thing.told(field) if any(_is_equal(one, value) for one in meant)]
        yield _hint(
            path if column == WHOLE else below(path, column),
            thing,
            field,
            here=here if column in columns else "nothing",
            known=known,
            then=before(thing.replaced(field, same), "Compare the value that the receiver writes with that field."),
        )


def _hint(path: str, thing: Thing, field: str, *, here: Any, known: tuple[Any, ...], then: str) -> Hint:
    kind = _kind(thing, field, here, known)
    name = field.replace(".*.", "[*].")
    store = " and ".join(dict.fromkeys(map(_shown, known))) or "null"
    if kind == "nine-hours":
        then = "9 hours off: LocalDateTime is UTC (fact 10). Read it as UTC, not as KST."
    return Hint(
        kind=kind,
        path=path,
        thing=str(thing),
        here=here,
        store=known[0] if len(known) == 1 else list(known),
        sentence=f"looks wrong: {thing} has {_shown(here)} here ({path}), the store's {name} is {store}. {then}",
    )


def _shown(value: Any) -> str:
    if value is None:
        return "null"
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _kind(thing: Thing, field: str, here: Any, known: tuple[Any, ...]) -> HintKind:
    if field == STATUS_FIELDS.get(thing.kind):
        return "status"
    if field.rpartition(".")[2] in AMOUNTS:
        return "amount"
    store = read_instant(known[0]) if known and isinstance(known[0], str) else None
    if store is None:
        return "value"
    moment = read_instant(here)
    off = moment is not None and any(moment.is_same(at) for at in (store.at - KST, store.at + KST))
    return "nine-hours" if off else "instant"


def _is_equal(here: Any, store: Any) -> bool:
    """Whether both are equal, each in its form: "10000.00" is 10000, and a time without a zone is UTC."""
    if here is None or store is None:
        return here is store or (store is None and read_number(here) == 0)
    if isinstance(store, bool) or isinstance(here, bool):
        return isinstance(store, bool) and bool(here == store)  # False is no amount of 0
    if isinstance(store, int | float | Decimal):
        return read_number(here) == read_number(store)
    moment = read_instant(store) if isinstance(store, str) else None
    if moment is not None:
        return _is_moment(here, moment.at)
    return str(here) == str(store) if isinstance(store, str) else bool(normalise(here) == normalise(store))


def _is_no_refund(field: str, here: Any, store: Any) -> bool:
    """Whether nothing was given back: a receiver may keep null where every payment has the amount 0 (fact 33)."""
    return here is None and field == "cancel.canceledAmount" and read_number(store) == 0


def _is_moment(here: Any, store: datetime) -> bool:
    if isinstance(here, date) and not isinstance(here, datetime):
        return here == store.date()
    moment = read_instant(here)
    return here == store.date().isoformat() if moment is None else moment.is_same(store)
