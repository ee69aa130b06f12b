"""When are two states the same? Each has a normal form, and those are equal, whatever made them.

Dicts, and whatever has fields, are compared without regard to the order of keys; lists and tuples with regard to
order; sets without. Values are compared as Python does it, so 1, 1.0 and True are the same; NaN is the same as itself.
A normal form is hashable, so that states can be counted and looked up.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Any

from steppay_mock.ordering.state.ignore import NOTHING, Ignore, Place
from steppay_mock.ordering.state.reading import VALUES, decimal, number, reader_of, same
from steppay_mock.ordering.state.unfit import explain_unfit

_VALUE_READERS = {same, number, decimal}


class Members:
    """Marks the members of a dict in a normal form, which would be the pairs of a set otherwise."""


class Unordered(list[Any]):
    """A set in a plain form: its things in an order that is always the same, whatever they are."""

    def __repr__(self) -> str:
        return f"{{{', '.join(map(repr, self))}}}" if self else "set()"


def normalise(value: Any, *, ignore: Ignore = NOTHING, name: str = "state") -> Hashable:
    """The normal form of what a probe gave, without what is ignored.

    SteppayMockError names the path of what cannot be compared, its type, and what to return instead. ``name`` is the
    option that the probe was passed as.
    """
    try:
        form: Hashable = _form_at(value, ignore.root)
        hash(form)
    except Exception as error:  # the fields of strangers are read here, and these may raise anything
        raise explain_unfit(value, error, ignore=ignore, name=name) from error
    return form


def plain(form: Any) -> Any:
    """The dicts, lists and values of a normal form, to be shown: keys sorted, sets as ``Unordered`` lists.

    What is plain already stays as it is.
    """
    if isinstance(form, frozenset):
        return Unordered(_sorted(plain(one) for one in form))
    if isinstance(form, tuple):
        if len(form) == 2 and form[0] is Members:
            return dict(_sorted(((_plain_key(key), plain(value)) for key, value in form[1]), by=_first))
        return [plain(one) for one in form]
    if isinstance(form, list):
        return type(form)(plain(one) for one in form)
    if isinstance(form, dict):
        return {key: plain(value) for key, value in form.items()}
    return form


def _plain_key(key: Any) -> Any:
    return str(plain(key)) if isinstance(key, tuple | frozenset) else key


def _first(pair: tuple[Any, Any]) -> Any:
    return pair[0]


def _sorted(things: Iterable[Any], *, by: Callable[[Any], Any] = same) -> list[Any]:
    """The things as they sort among themselves if all are texts or whole numbers, and as they are written otherwise."""
    found = list(things)
    if {type(by(one)) for one in found} in ({str}, {int}):
        return sorted(found, key=by)
    return sorted(found, key=lambda one: (type(by(one)).__name__, repr(by(one))))


# What follows runs after every delivery. It knows no paths: those are worked out when something is wrong.


def _form(value: Any) -> Any:
    return value if type(value) in VALUES else _FORMS[type(value)](value)


def _dict(value: dict[Any, Any]) -> Any:
    if VALUES.issuperset(map(type, value.values())) and VALUES.issuperset(map(type, value)):
        return Members, frozenset(value.items())
    return Members, frozenset([(_form(key), _form(inner)) for key, inner in value.items()])


def _list(value: list[Any] | tuple[Any, ...]) -> Any:
    return tuple([_form(inner) for inner in value])


def _set(value: set[Any] | frozenset[Any]) -> Any:
    return frozenset([_form(inner) for inner in value])


class _Forms(dict[type, Callable[[Any], Any]]):
    """For each type what makes the normal form of its things; types that are not known yet are made known."""

    def __missing__(self, kind: type) -> Callable[[Any], Any]:
        read = reader_of(kind)
        if read is None:
            raise TypeError(kind.__name__)
        found = self[kind] = read if read in _VALUE_READERS else lambda value: _form(read(value))
        return found


_FORMS = _Forms({dict: _dict, list: _list, tuple: _list, set: _set, frozenset: _set, Unordered: _set})


def _form_at(value: Any, place: Place) -> Any:
    kind = type(value)
    if kind in VALUES:
        return value
    return _FORMS_AT[kind](value, place) if place.live else _FORMS[kind](value)


def _dict_at(value: dict[Any, Any], place: Place) -> Any:
    members = []
    for key, inner in value.items():
        further = place[key]
        if further is not None:
            members.append((_form(key), _form_at(inner, further)))
    return Members, frozenset(members)


def _list_at(value: list[Any] | tuple[Any, ...], place: Place) -> Any:
    below_it = [(inner, place[at]) for at, inner in enumerate(value)]
    return tuple([_form_at(inner, further) for inner, further in below_it if further is not None])


def _set_at(value: set[Any] | frozenset[Any], place: Place) -> Any:
    return frozenset(_list_at(tuple(value), place))


class _FormsAt(dict[type, Callable[[Any, Place], Any]]):
    """The same where something may be ignored."""

    def __missing__(self, kind: type) -> Callable[[Any, Place], Any]:
        read = reader_of(kind)
        if read is None:
            raise TypeError(kind.__name__)
        found: Callable[[Any, Place], Any]
        if read in _VALUE_READERS:
            found = self[kind] = lambda value, _place: read(value)
        else:
            found = self[kind] = lambda value, place: _form_at(read(value), place)
        return found


_FORMS_AT = _FormsAt(
    {dict: _dict_at, list: _list_at, tuple: _list_at, set: _set_at, frozenset: _set_at, Unordered: _set_at}
)
