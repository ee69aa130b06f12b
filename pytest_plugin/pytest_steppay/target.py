"""Which app is meant by ``module:app``?"""

from __future__ import annotations

import re
from importlib import import_module
from typing import TYPE_CHECKING, Any

from steppay_mock.errors import SteppayMockError, did_you_mean

if TYPE_CHECKING:
    from steppay_mock.delivery.receiver import Receiver

_NAME = r"[^\W\d]\w*(?:\.[^\W\d]\w*)*"
_REFERENCE = re.compile(rf"({_NAME}):({_NAME})(\(\))?")
_NONE_GIVEN = (
    "There is no receiver to deliver to. Pass an app or 'http://localhost:8000', or give one for all tests: "
    "steppay_target = module:app in the pytest configuration, --steppay-target, or @pytest.mark.steppay(target=app)."
)


def load_target(target: Receiver | None) -> Receiver:
    """The receiver: a URL and an app as they are, ``module:app`` imported, ``module:create_app()`` called.

    Raises SteppayMockError where there is none to be had.
    """
    if target is None:
        raise SteppayMockError(_NONE_GIVEN)
    if not isinstance(target, str) or "://" in target:
        return target
    from steppay_mock.wire.shown_url import shown_url

    found = _REFERENCE.fullmatch(target)
    if found is None:
        raise SteppayMockError(
            f"{shown_url(target)!r} is no receiver. Give a URL such as http://localhost:8000, or module:app such as "
            "shop.wsgi:application or shop:create_app()."
        )
    app = _attribute(_module(found[1], target), found[2], target)
    return _called(app, target) if found[3] else app  # type: ignore[no-any-return]


def _module(name: str, target: str) -> Any:
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise _raised(target, "importing it", error) from error
        raise SteppayMockError(
            f"The receiver {target!r} cannot be imported: there is no module {error.name!r}. Is its folder on the "
            "path? Set pythonpath = . in the pytest configuration, or run `python -m pytest`."
        ) from None
    except Exception as error:
        raise _raised(target, "importing it", error) from error


def _attribute(module: Any, names: str, target: str) -> Any:
    value = module
    for name in names.split("."):
        try:
            value = getattr(value, name)
        except AttributeError:
            raise SteppayMockError(
                f"The receiver {target!r} cannot be had: {getattr(value, '__name__', value)!s} has no {name!r}."
                f"{did_you_mean(name, vars(module))} Name the app after the colon."
            ) from None
    return value


def _called(factory: Any, target: str) -> Any:
    if not callable(factory):
        raise SteppayMockError(f"The receiver {target!r} cannot be made: that is no function. Leave () out.")
    try:
        return factory()
    except Exception as error:
        raise _raised(target, "calling it", error) from error


def _raised(target: str, doing: str, error: Exception) -> SteppayMockError:
    return SteppayMockError(
        f"The receiver {target!r} cannot be had: {doing} raised {type(error).__name__}, as shown above. Correct that "
        "first: the tests need an app that starts."
    )
