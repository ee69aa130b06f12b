"""What a reader of docs/generators.md does: runs the commands of a section, and writes its files."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from docs.pages import BLOCK, ROOT, section

HERE = Path(__file__).parent
NODE_MODULES = HERE / "node_modules"


class Reader:
    """A reader in a folder of their own, with the schemas and the packages of Node in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "schemas").symlink_to(ROOT / "schemas", target_is_directory=True)
        (folder / "node_modules").symlink_to(NODE_MODULES, target_is_directory=True)
        (folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")

    def follow(self, heading: str) -> list[Path]:
        """Run the commands under the heading; write each block that begins with a file name, and return these files."""
        files = []
        for language, text in BLOCK.findall(section("generators", heading)):
            if language == "sh":
                self.run("bash", "-euo", "pipefail", "-c", text)
            elif language in {"ts", "python"}:
                name = text.partition("\n")[0].lstrip("/# ")
                files.append(self.folder / name)
                files[-1].write_text(text, encoding="utf-8")
        return files

    def run(self, *command: str, stdin: str | None = None, fails: bool = False) -> str:
        """What a command prints; it must end well, or must not with ``fails``."""
        path = os.pathsep.join([str(Path(sys.executable).parent), str(NODE_MODULES / ".bin"), os.environ["PATH"]])
        done = subprocess.run(
            command,
            cwd=self.folder,
            env={**os.environ, "PATH": path, "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), *sys.path]))},
            input=stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=180,
            check=False,
        )
        assert (done.returncode != 0) is fails, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout
