"""Measures what one plugin adds to the start of pytest, in this interpreter. Run by benchmarks/startup.py.

``python collect.py TEST PLUGIN`` collects the test once, so that pytest and what it needs are loaded; then with a
plugin that does nothing, with the one that is measured, and with nothing again. It prints what is added, in seconds of
processor time. pytest searches all installed packages for the name of any plugin that is asked for; that costs more
than most plugins do, and is not theirs: hence the plugin that does nothing.
"""

from __future__ import annotations

import gc
import os
import sys
from contextlib import redirect_stdout
from io import StringIO
from time import process_time
from types import ModuleType

import pytest

NOTHING = ModuleType("nothing", "PYTEST_DONT_REWRITE: it is no file")


def collect(test: str, plugin: str) -> float:
    """Seconds that the collection takes with that plugin alone."""
    os.environ["PYTEST_PLUGINS"] = plugin
    gc.collect()  # what the collection before left behind
    started = process_time()
    with redirect_stdout(StringIO()):
        code = pytest.main(["--collect-only", "-q", "-p", "no:cacheprovider", test])
    taken = process_time() - started
    assert code == 0, code
    return taken


def main(test: str, plugin: str) -> None:
    """Print what the plugin adds."""
    sys.modules[NOTHING.__name__] = NOTHING
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    _, before, with_plugin, after = [collect(test, name) for name in ("nothing", "nothing", plugin, "nothing")]
    print(with_plugin - (before + after) / 2)


if __name__ == "__main__":
    main(*sys.argv[1:])
