"""One row of the table of options: what an option is called, takes and means, and where it is taken."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal

from steppay_mock.values import ValueType

Door = Literal["deliver", "sender", "send", "explore", "config", "cli", "dev"]
"""Where options are taken: ``deliver()`` and ``deliver_async()``, ``Sender(...)``, ``Sender.send()``, ``explore()``,
the file ``steppay-mock.toml``, the commands that deliver, and ``steppay-mock dev``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """An option. All doors read their checks, defaults and texts from its row.

    ``doors``: where it is taken. ``is_remembered``: a resumed run has the value with which it was begun.
    """

    name: str
    type: ValueType[Any]
    help: str
    """One sentence. It begins a line of ``--help``, of the file's schema and of the tables in ``docs/``."""
    doors: frozenset[Door]
    default: Any = None
    default_words: str = ""
    """The default in words, where the value alone does not say it: ``no limit``."""
    assumed_fact: int | None = None
    """The row of ``docs/facts.md`` that says that the vendor documents no default, so that ours is assumed."""
    is_remembered: bool = False
    docs: str = ""
    """What the tables in ``docs/`` add to ``help``, in Markdown."""
    former: tuple[tuple[str, str], ...] = ()
    """Its former names, each with what to pass now; the error about one says so."""
    flag: str = ""
    """The spelling on the command line, where it is not that of the name."""
    metavar: str | None = None
    """The value in ``--help``."""
    is_repeatable: bool = False
    """Whether the command line takes it several times, with one value each."""
    file: dict[str, Any] = field(default_factory=dict)
    """Its key in JSON Schema, but for description and default."""
    file_words: str = ""
    """What the file expects, in words."""
    file_default: Any = None
    """The default as the file writes it, where that is not how Python does."""
    is_path: bool = False
    """Whether the file means a path from its own folder."""

    def check(self, value: object) -> Any:
        """The value as it is used; None where that is the default. WrongValueError for a wrong one."""
        if value is None and self.default is None:
            return None
        try:
            return self.type.read(value)
        except ValueError:
            # Only now the words of the message are put together: deliver() is called often, mostly with right values.
            raise self.type.refusal(self.name, value, next_step=self.next_step) from None

    @property
    def next_step(self) -> str:
        """What a caller with a wrong value can do."""
        return f"Leave it out for {self.default_in_words}."

    @property
    def default_in_words(self) -> str:
        """The default, and whether it is assumed."""
        words = self.default_words or str(self.default)
        return words if self.assumed_fact is None else f"{words} (assumed)"

    @property
    def of_one_send(self) -> Option:
        """The option as one ``send`` takes it: one that the sender has too is the sender's, if it is left out."""
        if "sender" not in self.doors:
            return self
        return replace(self, default=None, default_words="that of the sender", assumed_fact=None)

    @property
    def parameter(self) -> str:
        """The flag, or the only spelling of an option without one."""
        return self.flag or f"--{self.name.replace('_', '-')}"

    @property
    def variable(self) -> str:
        """The environment variable of the command line."""
        return f"STEPPAY_MOCK_{self.name.upper()}"
