"""``truth=``: a function, a mapping of rows, or a word that says what to do with hints.

The modules that compare are imported when they are needed: most receivers never need the mapping, and its schema.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from steppay_mock.errors import SteppayMockError, did_you_mean
from steppay_mock.ordering.face import option

if TYPE_CHECKING:
    from steppay_mock.ordering.state.ignore import Ignore
    from steppay_mock.ordering.truth.hint import Hint
    from steppay_mock.ordering.truth.mapping import TruthMapping
    from steppay_mock.store.store import Story

Words = Literal["hints", "strict", "off"]
Mode = Words | Literal["function", "mapping"]

WORDS: tuple[Words, ...] = ("hints", "strict", "off")
"""A hint is a warning, is a failure, or is not looked for."""

_FORMS = (
    "Say 'hints', 'strict' or 'off', pass a function that takes the store's state, or a mapping of rows: "
    "truth=load_truth('truth.toml')"
)


@dataclass(frozen=True, slots=True)
class TruthSetting:
    """How final states are compared with the store."""

    mode: Mode
    function: Callable[[Any], Any] | None = None
    mapping: TruthMapping | None = None

    @property
    def is_strict(self) -> bool:
        """Whether a hint is a failure."""
        return self.mode in {"strict", "mapping"}

    @property
    def needs_story(self) -> bool:
        """Whether it cannot work without a store."""
        return self.mode in {"strict", "mapping", "function"}

    def tied(self) -> TruthSetting:
        """The setting for events with collapsed seconds: no hints, because hints compare times."""
        return self if self.mode in {"function", "mapping"} else TruthSetting("off")

    def hints(self, state: Any, story: Story, *, ignore: Ignore) -> tuple[Hint, ...]:
        """The hints on a final state; none if a function gives the right state."""
        if self.mapping is not None:
            from steppay_mock.ordering.truth.mapped import mapped_truth

            return mapped_truth(self.mapping)(state, story)
        if self.mode in {"hints", "strict"}:
            from steppay_mock.ordering.truth.hints import find_hints

            return find_hints(state, story, ignore=ignore)
        return ()

    def reaches(self, state: Any, story: Story, *, ignore: Ignore) -> bool:
        """Whether the state has anything to compare; True if no rows are looked for."""
        if self.mapping is not None:
            from steppay_mock.ordering.truth.mapped import has_mapped_rows

            return has_mapped_rows(state, story, self.mapping)
        from steppay_mock.ordering.truth.hints import has_rows

        return self.mode not in {"hints", "strict"} or has_rows(state, story, ignore=ignore)


def read_truth(value: object) -> TruthSetting:
    """The value of ``truth=``; None means ``"hints"``. SteppayMockError for other values."""
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
    raise SteppayMockError(f"{option('truth', value=value)}: unknown value.{did_you_mean(value, WORDS)} {_FORMS}")


def read_truth_option(text: str) -> TruthSetting:
    """The value of ``--truth``: one of the words, or the path of a mapping file."""
    from steppay_mock.ordering.truth.mapping import load_truth

    if text in WORDS:
        return TruthSetting(text)
    if "." not in text and not Path(text).exists():
        raise SteppayMockError(
            f"--truth {text}: there is no such file.{did_you_mean(text, WORDS)} Say hints, strict or off, or name a "
            "file of TOML or JSON."
        )
    return TruthSetting("mapping", mapping=load_truth(text))
