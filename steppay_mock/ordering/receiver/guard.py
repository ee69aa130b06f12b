"""Calls the user's functions, and turns what goes wrong in one into an ExplorationError that says where it was."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from steppay_mock.delivery.excerpt import excerpt
from steppay_mock.delivery.in_process.obstacles import obstacle
from steppay_mock.errors import ContractViolation, SteppayMockError
from steppay_mock.ordering.face import option
from steppay_mock.ordering.failure import ExplorationError, NoAnswerError
from steppay_mock.ordering.receiver.watchdog import HungError, Watchdog

if TYPE_CHECKING:
    from collections.abc import Iterator

T = TypeVar("T")

_GRACE = 1.1  # how many timeouts the watchdog waits for: a call that has a timeout of its own then ends first


class Guard:
    """Watches each call: ``where`` says in words what had been delivered, and to whom."""

    def __init__(self, *, timeout: float, where: Callable[[], str]) -> None:
        self.dog = Watchdog(_GRACE * timeout)
        self._timeout = timeout
        self._where = where

    def call(self, name: str, function: Callable[..., Any], *arguments: Any) -> Any:
        """What the function gives; ``name`` is what messages call it."""
        try:
            self.dog.watch()
            return function(*arguments)
        except HungError:
            raise self.cut_off(f"{name} did not come back within {self._timeout:g} s") from None
        except (ContractViolation, ExplorationError):
            raise
        except SteppayMockError as error:
            raise self.cut_off(str(error)) from error
        except Exception as error:
            told = f"{name} raised {type(error).__name__}: {excerpt(str(error))}"
            step = obstacle(error)
            raise self.cut_off(told if step is None else f"{told}. {step}") from error
        finally:
            self.dog.rest()

    @contextmanager
    def starting(self) -> Iterator[None]:
        """Turns a startup of the app that never ends into an error."""
        try:
            yield
        except HungError:
            raise self.cut_off(f"the app's startup did not end within {self._timeout:g} s") from None

    def deliver(self, what: str, send: Callable[..., T], *arguments: Any, answered: bool) -> T:
        """What comes of a delivery; NoAnswerError if it never comes back. ``answered``: others did."""
        try:
            self.dog.watch()
            return send(*arguments)
        except HungError:
            raise self.no_answer(what, answered=answered) from None
        finally:
            self.dog.rest()

    def no_answer(self, what: str, *, answered: bool) -> NoAnswerError:
        """The error of a delivery that was not answered in time; ``answered``: others were."""
        told = f"The receiver did not answer {what} within {self._timeout:g} s. The limit is {option('timeout')}"
        error = NoAnswerError(self._told(told))
        error.reached = answered
        return error

    def cut_off(self, what: str) -> ExplorationError:
        """The error that says what went wrong, and where."""
        return ExplorationError(self._told(what))

    def _told(self, what: str) -> str:
        told = what if what.endswith("?") else f"{what.rstrip('.')}."
        return f"{told} It was {self._where()}. Correct that, and explore again."
