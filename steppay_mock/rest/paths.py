"""Templates of the API's paths, such as ``/api/v1/orders/{idOrCode}``, and what a path that fits one names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

Keys = Mapping[str, str]
"""The parts of a path, or the parameters of a query, by name."""


@dataclass(frozen=True, kw_only=True)  # no slots: cached_property stores its value in __dict__
class ApiPath:
    """A path template, and the thing that its last part names."""

    template: str
    noun: str
    key: str = ""
    """The meaning of the last part of the path, and the field of a webhook or an answer that has it."""
    numbers: tuple[str, ...] = ()
    """The parts of the path that are numbers."""

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Matches the paths of this template."""
        parts = re.split(r"\{(\w+)\}", self.template)
        return re.compile("".join(f"(?P<{part}>[^/]+)" if at % 2 else re.escape(part) for at, part in enumerate(parts)))

    def keys_of(self, path: str) -> Keys | None:
        """The keys in the path; None if it does not fit."""
        match = self.pattern.fullmatch(path)
        return None if match is None else match.groupdict()

    def wrong_number_in(self, keys: Keys) -> str | None:
        """The first key that must be a number and is none."""
        return next((keys[name] for name in self.numbers if number_of(keys[name]) is None), None)

    def filled_from(self, path: str) -> str:
        """The template with the parts of the path in the place of its keys, as far as there are any."""
        given = path.split("/")
        parts = enumerate(self.template.split("/"))
        return "/".join(given[at] if part.startswith("{") and at < len(given) else part for at, part in parts)


def number_of(key: str) -> int | None:
    """The id that the key is; None if it is not a number."""
    # 19 digits are enough for every Long (fact 13). Python's int() raises ValueError for more than 4,300 digits.
    return int(key) if re.fullmatch("[0-9]{1,19}", key) else None
