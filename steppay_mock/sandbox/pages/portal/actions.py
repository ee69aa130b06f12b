"""The page on which any action of the store is done, with all of its arguments."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

from steppay_mock.sandbox.acts import ACTIONS
from steppay_mock.sandbox.pages.portal.doing import done
from steppay_mock.sandbox.pages.portal.forms import WrongInputError
from steppay_mock.store.store import Store

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from steppay_mock.sandbox.core import SandboxCore
    from steppay_mock.sandbox.pages.frame import Page
    from steppay_mock.sandbox.pages.refusals import ShownRefusal


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionArgument:
    """An argument of an action; ``default`` as JSON has it, empty for one that has none."""

    name: str
    is_required: bool
    default: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownAction:
    """An action of the store with its arguments; ``told`` says what it does."""

    name: str
    told: str
    arguments: tuple[ActionArgument, ...]


def answer_actions(sandbox: SandboxCore, page: Page) -> Response:
    """The actions, and the form of the one that the query names."""
    return _show(sandbox, page)


def answer_any_action(sandbox: SandboxCore, page: Page) -> Response:
    """Do the action with the arguments that are filled in."""
    name = page.request.args.get("action", "")
    brought: list[str] = []

    def act() -> None:
        if name not in ACTIONS or page.request.form.get("do") != "act":
            raise WrongInputError("wrong_store_button")
        given = {
            one.name: _read(page.request.form[one.name])
            for one in _shown_action(name).arguments
            if page.request.form.get(one.name, "").strip()
        }
        brought.extend(str(event.type) for event in sandbox.events_of(lambda: sandbox.act(name, given)))

    wrong = done(page, act)
    return _show(sandbox, page, wrong=wrong, brought=None if wrong else brought)


def _show(
    sandbox: SandboxCore, page: Page, *, wrong: ShownRefusal | None = None, brought: list[str] | None = None
) -> Response:
    name = page.request.args.get("action", "")
    return page.answer(
        "actions.html",
        status=400 if wrong else 200,
        actions=ACTIONS,
        chosen=_shown_action(name) if name in ACTIONS else None,
        given=page.request.form if wrong else {},
        wrong=wrong,
        brought=brought,
        sandbox=sandbox,
    )


@cache
def _shown_action(name: str) -> ShownAction:
    method = getattr(Store, name)
    return ShownAction(
        name=name,
        told=(inspect.getdoc(method) or "").partition("\n\n")[0].replace("``", ""),
        arguments=tuple(_arguments(method)),
    )


def _arguments(method: Any) -> Iterator[ActionArgument]:
    for one in list(inspect.signature(method).parameters.values())[1:]:
        if one.kind is inspect.Parameter.VAR_KEYWORD:
            (fields,) = get_args(get_type_hints(method)[one.name])
            yield from (ActionArgument(name=name, is_required=False) for name in fields.__annotations__)
            continue
        is_required = one.default is inspect.Parameter.empty
        yield ActionArgument(
            name=one.name,
            is_required=is_required,
            default="" if is_required or one.default is None else json.dumps(one.default),
        )


def _read(text: str) -> Any:
    """The value of a field: JSON, else the text itself, as `trigger` reads it."""
    try:
        return json.loads(text, parse_constant=str)
    except (ValueError, RecursionError):
        return text
