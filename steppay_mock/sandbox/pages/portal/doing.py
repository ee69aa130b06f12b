"""Does what a form of the store asks for, and says in words why it was not done."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from steppay_mock.errors import SteppayMockError
from steppay_mock.sandbox.pages.portal.forms import WrongInputError
from steppay_mock.sandbox.pages.refusals import ShownRefusal, refusal_of

if TYPE_CHECKING:
    from steppay_mock.sandbox.pages.frame import Page


def done(page: Page, act: Callable[[], object]) -> ShownRefusal | None:
    """Do it; None, or why it was not done."""
    try:
        act()
    except WrongInputError as error:
        return ShownRefusal(text=error.told(page.words))
    except SteppayMockError as error:
        return refusal_of(error, page.words)
    return None
