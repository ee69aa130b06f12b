"""No files import each other in a circle."""

from pathlib import Path

import pytest
from repository.import_circles import circle_offences
from repository.source_tree import check_offences, make_tree, package_modules, read_modules


def test_no_files_import_each_other_in_a_circle() -> None:
    check_offences("circles", circle_offences(package_modules()))


@pytest.mark.parametrize(
    "back",
    [
        "import shop.order",
        "from shop import order",
        "from shop.order import Order",
        "from . import order",
        "from .order import Order",
        "def late():\n    from shop.order import Order",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from shop.order import Order",
    ],
)
def test_a_circle_is_found_however_its_last_import_is_written(back: str, tmp_path: Path) -> None:
    files = {"shop/__init__.py": "", "shop/order.py": "from shop.line import Line", "shop/line.py": back}
    offences = circle_offences(read_modules(make_tree(tmp_path, files), ["shop"]))
    assert list(offences) == ["shop.line", "shop.order"]
    assert "These 2 modules import each other in a circle: shop.line, shop.order." in offences["shop.line"]


def test_the_import_to_cut_is_the_one_that_opens_most_of_the_circle(tmp_path: Path) -> None:
    files = {
        "shop/price.py": "import json",
        "shop/line.py": "import shop.price\nimport shop.order",
        "shop/order.py": "import shop.store",
        "shop/store.py": "import shop.line\nimport shop.payment",
        "shop/payment.py": "import shop.order",
    }
    offences = circle_offences(read_modules(make_tree(tmp_path, files), ["shop"]))
    assert sorted(offences) == ["shop.line", "shop.order", "shop.payment", "shop.store"]
    assert "Cut the import of shop.store in shop.order first" in offences["shop.line"]


def test_files_that_import_one_another_one_way_are_no_circle(tmp_path: Path) -> None:
    files = {"shop/a.py": "import shop.b, shop.c", "shop/b.py": "import shop.c", "shop/c.py": "from shop import c"}
    assert circle_offences(read_modules(make_tree(tmp_path, files), ["shop"])) == {}


def test_an_offence_fails_with_its_message() -> None:
    with pytest.raises(AssertionError, match=r"1 offences against the rule circles:\ncut it here"):
        check_offences("circles", {"shop.a": "cut it here"})
    check_offences("circles", {})
