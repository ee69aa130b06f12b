"""Calls the user's functions and the receiver with a time limit, and turns what goes wrong into an ExplorationError.

The message says after which deliveries it happened, so that a failure deep in a search can be repeated.
"""

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
from steppay_mock.wire.redact import NO_REDACTION, Redaction

if TYPE_CHECKING:
    from collections.abc import Iterator

    from steppay_mock.delivery.answer import Answer
    from steppay_mock.ordering.receiver.answers import Acceptance
    from steppay_mock.payload.event import Event

T = TypeVar("T")

_GRACE = 1.1  # timeouts until the watchdog acts: a transport with the same timeout then ends first, with a better error


class Supervisor:
    """Watches each call. ``where`` gives, in words, what was delivered so far and to which receiver.

    ``again`` is what the user does when that is corrected. ``redact`` strikes secrets out of all that is told.
    """

    def __init__(
        self,
        *,
        timeout: float,
        where: Callable[[], str],
        again: str = "explore again",
        redact: Redaction = NO_REDACTION,
    ) -> None:
        self.redact = redact
        self.watchdog = Watchdog(_GRACE * timeout)
        self._timeout = timeout
        self._where = where
        self._next_step = f"Correct that, and {again}."

    def call(self, name: str, function: Callable[..., Any], *arguments: Any) -> Any:
        """The result of the function; messages call it ``name``. ExplorationError if it raises or hangs."""
        try:
            self.watchdog.watch()
            return function(*arguments)
        except HungError:
            raise self.cut_off(f"{name} did not come back within {self._timeout:g} s") from None
        # A ContractViolation is the receiver's failure, and an ExplorationError has its context already.
        except (ContractViolation, ExplorationError):
            raise
        except SteppayMockError as error:
            caught, failure = self.redact.exception(error), self.cut_off(str(error))
        except Exception as error:  # noqa: BLE001 - any error of the user's function
            told = f"{name} raised {type(error).__name__}: {excerpt(self.redact.text(str(error)))}"
            step = obstacle(error)
            caught, failure = self.redact.exception(error), self.cut_off(told if step is None else f"{told}. {step}")
        finally:
            self.watchdog.rest()
        raise failure from caught  # here, and not above: the error as it was must not be its context

    def accepts(self, acceptance: Acceptance, event: Event, answer: Answer) -> bool:
        """Whether the answer accepts the event; a function of ``accept=`` is called like the other functions."""
        if acceptance.judge is None:
            return acceptance.accepts(event, answer)
        return bool(self.call(option("accept"), acceptance.accepts, event, answer))

    @contextmanager
    def starting(self) -> Iterator[None]:
        """Within it, a startup of the app that never ends becomes an ExplorationError."""
        try:
            yield
        except HungError:
            raise self.cut_off(f"the app's startup did not end within {self._timeout:g} s") from None

    def deliver(self, what: str, send: Callable[..., T], *arguments: Any, answered: bool) -> T:
        """The result of a delivery; NoAnswerError if it hangs. ``answered``: others were answered."""
        try:
            self.watchdog.watch()
            return send(*arguments)
        except HungError:
            raise self.no_answer(what, answered=answered) from None
        finally:
            self.watchdog.rest()

    def no_answer(self, what: str, *, answered: bool) -> NoAnswerError:
        """The error for a delivery without an answer in time; ``answered``: others were answered."""
        told = f"The receiver did not answer {what} within {self._timeout:g} s. The limit is {option('timeout')}"
        error = NoAnswerError(f"{self._told(told)} {self._next_step}")
        error.reached, error.told = answered, self._told(told)
        return error

    def cut_off(self, what: str) -> ExplorationError:
        """The error that says what went wrong and after which deliveries."""
        what = self.redact.text(what)
        error = ExplorationError(f"{self._told(what)} {self._next_step}")
        error.told = self._told(what)
        return error

    def _told(self, what: str) -> str:
        told = what if what.endswith("?") else f"{what.rstrip('.')}."
        return f"{told} It was {self._where()}."
