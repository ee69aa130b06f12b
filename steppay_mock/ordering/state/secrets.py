"""Strikes secrets out of the normal form of a state, as the probe of a URL does: then no report can show them."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from steppay_mock.wire.redact import Redaction


def without_secrets(form: Hashable, redact: Redaction) -> Hashable:
    """The same form with a mask in place of each secret, also in keys."""
    # Nearly no state holds one, so all of it is looked at first: the repr is made once for each new state.
    return _struck(form, redact) if redact and redact.is_in(repr(form)) else form


def _struck(form: Hashable, redact: Redaction) -> Hashable:
    if isinstance(form, str):
        return redact.text(form)
    if isinstance(form, bytes):
        return redact.data(form)
    if isinstance(form, tuple | frozenset):
        return type(form)(_struck(one, redact) for one in form)
    return form
