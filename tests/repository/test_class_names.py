"""A class has a name that no other class of the project has."""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from repository.source_tree import SourceModule, check_offences, make_tree, package_modules, read_modules


def name_offences(modules: Iterable[SourceModule]) -> dict[str, str]:
    """A message for each class name that stands twice, a leading underscore ignored."""
    homes: defaultdict[str, list[str]] = defaultdict(list)
    for module in modules:
        for name in module.classes():
            homes[name.lstrip("_")].append(module.path)
    return {
        name: f"The class name {name} stands in {' and in '.join(paths)}. Say in the name which one each is."
        for name, paths in homes.items()
        if len(paths) > 1
    }


def test_no_class_name_stands_twice() -> None:
    check_offences("class-names", name_offences(package_modules()))


def test_a_name_that_stands_twice_is_found_nested_and_private_too(tmp_path: Path) -> None:
    files = {
        "shop/a.py": "class Order:\n    class Line: ...",
        "shop/b.py": "class _Order: ...\ndef f():\n    class Line: ...",
        "shop/c.py": "class Orders: ...",
    }
    offences = name_offences(read_modules(make_tree(tmp_path, files), ["shop"]))
    assert offences["Order"] == (
        "The class name Order stands in shop/a.py and in shop/b.py. Say in the name which one each is."
    )
    assert sorted(offences) == ["Line", "Order"]
