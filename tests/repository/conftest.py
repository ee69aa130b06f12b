"""An environment in which nothing of this checkout can be imported."""

import venv
from collections.abc import Callable
from pathlib import Path
from sysconfig import get_path

import pytest


@pytest.fixture(scope="session")
def new_environment() -> Callable[[Path], Path]:
    """Makes one in a folder and gives its Python; its packages are this environment's, so that nothing is fetched."""

    def make(folder: Path) -> Path:
        venv.create(folder / "venv", with_pip=True)
        site = next((folder / "venv" / "lib").glob("python*")) / "site-packages"
        borrowed = folder / "borrowed"
        borrowed.mkdir()
        for item in Path(get_path("purelib")).iterdir():
            if "steppay" not in item.name and not item.name.startswith("__editable__"):
                (borrowed / item.name).symlink_to(item)
        (site / "borrowed.pth").write_text(f"{borrowed}\n", encoding="utf-8")
        return folder / "venv" / "bin" / "python"

    return make
