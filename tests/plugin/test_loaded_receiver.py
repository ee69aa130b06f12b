"""How the target of a test becomes a receiver, and what is said of one that cannot."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import pytest

from pytest_steppay.receiver import load_receiver
from steppay_mock import SteppayMockError


def app() -> str:
    return "app"


def broken() -> None:
    raise LookupError("no settings")


@pytest.fixture(autouse=True)
def shop(monkeypatch: pytest.MonkeyPatch) -> None:
    module, inner = ModuleType("shop_of_test"), ModuleType("shop_of_test.inner")
    vars(module).update(app=app, broken=broken, number=5, inner=inner)
    vars(inner).update(app=app)
    monkeypatch.setitem(sys.modules, "shop_of_test", module)
    monkeypatch.setitem(sys.modules, "shop_of_test.inner", inner)


@pytest.mark.parametrize(
    ("target", "receiver"),
    [
        ("shop_of_test:app", app),
        ("shop_of_test:app()", "app"),
        ("shop_of_test.inner:app", app),
        ("shop_of_test:inner.app", app),
        ("shop_of_test:number", 5),
        ("http://localhost:8000", "http://localhost:8000"),
        ("x://y", "x://y"),
        (app, app),
    ],
)
def test_a_reference_is_loaded_and_anything_else_is_the_receiver_itself(target: Any, receiver: Any) -> None:
    assert load_receiver(target) == receiver


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (None, "There is no receiver to deliver to."),
        ("", "'' is no receiver. Give a URL such as"),
        ("localhost:8000", "'localhost:8000' is no receiver."),
        ("shop_of_test", "'shop_of_test' is no receiver."),
        ("shop_of_test:app(", "'shop_of_test:app(' is no receiver."),
        ("shop_of_test:app()x", "is no receiver."),
        ("2shop:app", "'2shop:app' is no receiver."),
        ("/hook?token=hidden", "'/hook?token=********' is no receiver."),
        ("no_shop_at_all:app", "there is no module 'no_shop_at_all'. Is its folder on the path?"),
        ("shop_of_test.none:app", "there is no module 'shop_of_test.none'"),
        ("shop_of_test:ap", "shop_of_test has no 'ap'. Did you mean 'app'? Name the app after the colon."),
        ("shop_of_test:inner.none", "shop_of_test.inner has no 'none'."),
        ("shop_of_test:number.x", "5 has no 'x'."),
        ("shop_of_test:number()", "cannot be called: it is no function. Leave out ()."),
        ("shop_of_test:broken()", "cannot be loaded: calling it raised LookupError, as shown above."),
    ],
)
def test_what_cannot_be_loaded_is_told_with_the_next_step(target: Any, message: str) -> None:
    with pytest.raises(SteppayMockError) as failed:
        load_receiver(target)
    assert message in str(failed.value)
    assert isinstance(failed.value.__cause__, LookupError) == (target == "shop_of_test:broken()")


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ModuleNotFoundError("x", name="other_module"), "importing it raised ModuleNotFoundError, as shown above"),
        (ModuleNotFoundError("x"), "importing it raised ModuleNotFoundError, as shown above"),
        (ModuleNotFoundError("x", name="shop"), "importing it raised ModuleNotFoundError, as shown above"),
        (RuntimeError("x"), "importing it raised RuntimeError, as shown above"),
        (ModuleNotFoundError("x", name="shop_of"), "there is no module 'shop_of'"),
        (ModuleNotFoundError("x", name="shop_of.wsgi"), "there is no module 'shop_of.wsgi'"),
    ],
)
def test_a_module_that_lacks_another_one_is_told_apart(
    error: Exception, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(_name: str) -> None:
        raise error

    monkeypatch.setattr("pytest_steppay.receiver.import_module", failing)
    with pytest.raises(SteppayMockError) as failed:
        load_receiver("shop_of.wsgi:app")
    assert message in str(failed.value)
    assert (failed.value.__cause__ is error) == ("raised" in message)
