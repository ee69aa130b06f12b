"""Reads ``truth=``: a function, a mapping of rows, or a word that says what is done with hints."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from steppay_mock.errors import SteppayMockError, did_you_mean

if TYPE_CHECKING:
    from steppay_mock.ordering.state.ignore import Ignore
    from steppay_mock.ordering.truth.hint import Hint
    from steppay_mock.ordering.truth.mapping import TruthMapping
    from steppay_mock.store.scenarios.story import Story

Words = Literal["hints", "strict", "off"]
Mode = Words | Literal["function", "mapping"]

WORDS: tuple[Words, ...] = ("hints", "strict", "off")
"""What looks wrong is told as a warning, is a failure, or is not looked for."""

_FORMS = (
    "Say 'hints', 'strict' or 'off', pass a function that takes the store's state, or a mapping of rows: "
    "truth=load_truth('truth.toml')"
)


@dataclass(frozen=True, slots=True)
class TruthSetting:
    """How a final state is compared with the store."""

    mode: Mode
    function: Callable[[Any], Any] | None = None
    mapping: TruthMapping | None = None

    @property
    def is_strict(self) -> bool:
        """Whether what looks wrong is a failure."""
        return self.mode in {"strict", "mapping"}

    @property
    def needs_story(self) -> bool:
        """Whether it was asked for, and means nothing without a store."""
        return self.mode in {"strict", "mapping", "function"}

    def tied(self) -> TruthSetting:
        """The setting for events whose seconds are collapsed: hints need times, a function or a mapping does not."""
        return self if self.mode in {"function", "mapping"} else TruthSetting("off")

    def hints(self, state: Any, story: Story, *, ignore: Ignore) -> tuple[Hint, ...]:
        """What looks wrong in a final state; nothing where a function tells what is right."""
        if self.mapping is not None:
            from steppay_mock.ordering.truth.mapped import mapped_truth

            return mapped_truth(self.mapping)(state, story)
        if self.mode in {"hints", "strict"}:
            from steppay_mock.ordering.truth.hints import find_hints

            return find_hints(state, story, ignore=ignore)
        return ()

    def reaches(self, state: Any, story: Story, *, ignore: Ignore) -> bool:
        """Whether there is anything in the state that is compared; True where no rows are looked for."""
        if self.mapping is not None:
            from steppay_mock.ordering.truth.mapped import has_mapped_rows

            return has_mapped_rows(state, story, self.mapping)
        from steppay_mock.ordering.truth.hints import has_rows

        return self.mode not in {"hints", "strict"} or has_rows(state, story, ignore=ignore)


def read_truth(value: object) -> TruthSetting:
    """What ``truth=`` means; None means ``"hints"``. SteppayMockError for what it cannot be."""
    from steppay_mock.ordering.truth.mapping import TruthMapping, load_truth, read_mapping

    if isinstance(value, TruthSetting):
        return value
    if isinstance(value, Path | Mapping):
        value = load_truth(value) if isinstance(value, Path) else read_mapping(dict(value))
    if isinstance(value, TruthMapping):
        return TruthSetting("mapping", mapping=value)
    if value is None or value in WORDS:
        return TruthSetting("hints" if value is None else value)
    if callable(value):
        return TruthSetting("function", function=value)
    raise SteppayMockError(f"truth={value!r} says nothing.{did_you_mean(value, WORDS)} {_FORMS}")


def read_truth_option(text: str) -> TruthSetting:
    """What ``--truth`` means on the command line: one of the words, or the path of a mapping file."""
    from steppay_mock.ordering.truth.mapping import load_truth

    if text in WORDS:
        return TruthSetting(text)
    if "." not in text and not Path(text).exists():
        raise SteppayMockError(
            f"--truth {text}: there is no such file.{did_you_mean(text, WORDS)} Say hints, strict or off, or name a "
            "file of TOML or JSON."
        )
    return TruthSetting("mapping", mapping=load_truth(text))
