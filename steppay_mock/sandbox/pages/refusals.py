"""Why the store refused something, in the language of the page.

A refusal by the life cycle has its action, state and allowed actions as data, which have words in each language. Other
reasons are those of the store, in English, behind a sentence in the language of the page.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from steppay_mock.errors import SteppayMockError
from steppay_mock.store.lifecycle import IllegalAction

_STATE = re.compile("[A-Z_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRefusal:
    """Why something was not done: a text in the language of the page, and what the store adds in English."""

    text: str
    reason: str = ""


def refusal_of(error: SteppayMockError, words: Mapping[str, str]) -> ShownRefusal:
    """The refusal that an error of the store is."""
    if isinstance(error, IllegalAction):
        action, states = words.get(word_of(error.action)), _STATE.fullmatch(error.state)
        allowed = [words.get(word_of(one)) for one in error.allowed]
        if action is not None and states is not None and None not in allowed:
            subject, _, key = error.subject.partition(" ")
            text = words["refused"].format(
                action=action, subject=f"{words.get(f'noun_{subject}', subject)} {key}".strip(), state=error.state
            )
            if error.hint:
                return ShownRefusal(text=text, reason=error.hint)
            told = words["refused_allowed"].format(allowed=", ".join(filter(None, allowed)))
            return ShownRefusal(text=f"{text} {told if allowed else words['refused_final']}")
    return ShownRefusal(text=words["wrong_for_store"], reason=str(error))


def word_of(action: str) -> str:
    """The key of the words of an action of the life cycle, such as ``doing_change_the_plan``."""
    return f"doing_{action.replace(' ', '_')}"
