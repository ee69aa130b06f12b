"""``Exploration``: the result of ``explore``, as a text, a page, plain data or an error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from steppay_mock.ordering.face import speaking
from steppay_mock.ordering.findings import ExplorationData

if TYPE_CHECKING:
    from steppay_mock.ordering.counterexample import Counterexample


@dataclass(frozen=True, slots=True, kw_only=True)
class Exploration(ExplorationData):
    """The result of ``explore``: the verdict, the numbers behind it, and the counterexamples."""

    counterexample: Counterexample | None = None
    others: tuple[Counterexample, ...] = ()
    """More counterexamples, each of another kind of mistake or about another kind of thing."""

    @property
    def counterexamples(self) -> tuple[Counterexample, ...]:
        """All counterexamples, the first one first."""
        return () if self.counterexample is None else (self.counterexample, *self.others)

    # The renderings are imported when they are called: a test that passes pays for none of them.

    def report(self) -> str:
        """The text: a few lines where the verdict is yes, the whole reason where it is no."""
        from steppay_mock.ordering.report.text import describe

        with speaking(self.face):
            return describe(self)

    def assert_ok(self) -> None:
        """Raise an OrderViolation with the report, unless the verdict is ``proved`` or ``covered``."""
        if not self.ok:
            from steppay_mock.ordering.report.text import violation

            with speaking(self.face):
                raise violation(self)

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for JSON. Events are named by place, from 0; no payload is in it."""
        from steppay_mock.ordering.report.json_data import exploration_data

        return exploration_data(self)

    def as_html(self) -> str:
        """A page that loads nothing: the verdict, and the passing order beside the failing one as a diagram."""
        from steppay_mock.ordering.report.page import write_page

        with speaking(self.face):
            return write_page(self)
