"""The steps of the Dockerfile are done in an empty folder: what they make starts, is healthy, and stops."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from containers.image import ROOT, copy_context, health_command, read_stages

pytestmark = pytest.mark.wheel


@dataclass(frozen=True)
class Image:
    """What the steps made below a folder, and who runs it: None is whoever runs the tests."""

    root: Path
    user: int | None

    def inside(self, text: str) -> str:
        """A text of the Dockerfile with the paths of the image as they are here."""
        for path in ("/opt/", "/data", "/src"):
            text = text.replace(path, f"{self.root}{path}")
        return text

    @property
    def environment(self) -> dict[str, str]:
        """The variables of the image, and those that pip and Python need here."""
        return {**os.environ, "PATH": f"{self.root}/opt/steppay-mock/bin:{os.environ['PATH']}", "PYTHONUNBUFFERED": "1"}


@pytest.fixture(scope="module")
def image() -> Iterator[Image]:
    """The stages of the Dockerfile, one after the other, with nothing of this checkout but what is copied."""
    root = Path(tempfile.mkdtemp(prefix="steppay-image-"))
    try:
        yield _build(root)
    finally:
        shutil.rmtree(root)


def _build(root: Path) -> Image:
    build, last = read_stages(ROOT / "Dockerfile")
    root.chmod(0o755)
    context = root / "context"
    copy_context(context)
    built = Image(root, None)
    place = Path(built.inside(build.one("WORKDIR").rest))
    place.mkdir(parents=True)
    for one in build.all("COPY"):
        *sources, target = one.words
        for source in sources:
            if (context / source).is_dir():
                shutil.copytree(context / source, place / target)
            else:
                shutil.copy(context / source, place / target)
    for one in build.all("RUN"):
        command = built.inside(one.rest).replace("python -m", f"{shlex.quote(sys.executable)} -m", 1)
        done = subprocess.run(command, shell=True, cwd=place, capture_output=True, text=True, check=False, timeout=500)
        assert done.returncode == 0, done.stdout + done.stderr
    shutil.rmtree(context)
    shutil.rmtree(place)
    data = root / "data"
    data.mkdir()
    user = int(last.one("USER").rest)
    program = root / "opt" / "steppay-mock" / "bin" / "python"
    if not _may(user, program):
        return built
    os.chown(data, user, user)
    return Image(root, user)


def _may(user: int, program: Path) -> bool:
    """Whether the program can be run as that user here: that takes root, and an interpreter that others can read."""
    if os.geteuid() != 0:
        return False
    try:
        subprocess.run([program, "-c", ""], user=user, group=user, extra_groups=[], check=True, cwd="/")
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def run(image: Image, command: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [image.inside(one) for one in command],
        cwd=image.root / "data",
        env=image.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        user=image.user,
        group=image.user,
        extra_groups=None if image.user is None else [],
    )


def is_healthy(image: Image, port: int) -> bool:
    command = [one.replace("8090", str(port)) for one in health_command(read_stages(ROOT / "Dockerfile")[-1])]
    with run(image, command) as process:
        process.communicate(timeout=30)
    return process.returncode == 0


def test_an_image_starts_is_healthy_and_stops(image: Image) -> None:
    last = read_stages(ROOT / "Dockerfile")[-1]
    port = free_port()
    command = [*last.one("ENTRYPOINT").words, *last.one("CMD").words, "--port", str(port)]
    made = ""
    for start in (1, 2):
        with run(image, command) as process:
            try:
                deadline = time.monotonic() + 60
                while not is_healthy(image, port):
                    assert process.poll() is None, process.communicate()
                    assert time.monotonic() < deadline
                url = f"http://127.0.0.1:{port}"
                if start == 1:
                    requests.post(f"{url}/_mock/actions/checkout", json={}, timeout=10).raise_for_status()
                    made = requests.get(f"{url}/_mock/events", timeout=10).text
                assert requests.get(f"{url}/_mock/events", timeout=10).text == made, "the file of /data keeps it"
                assert requests.get(f"{url}/store", timeout=10).status_code == 200, "the pages are in the image"
                other = requests.get(f"{url}/_mock/status", headers={"Host": f"steppay:{port}"}, timeout=10)
                assert other.status_code == 403
            finally:
                process.send_signal(signal.SIGTERM)
            _, said = process.communicate(timeout=30)
        assert process.returncode == 0, said
        assert "warning: other machines reach it on 0.0.0.0" in said
    assert not is_healthy(image, port)
