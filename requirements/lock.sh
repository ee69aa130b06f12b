#!/bin/sh
# Makes the locks of the tests again, with uv: ci.txt with the newest of every range, floor.txt with the lowest of every
# range, and bare.txt without the extras. To change as little as may be: KEEP=1 sh requirements/lock.sh
set -eu
cd "$(dirname "$0")/.."

compile() { uv pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate "$@" pyproject.toml; }
tests() { compile --group test --group check "$@" >/dev/null; }

if [ -n "${KEEP:-}" ]; then upgrade=; else upgrade=--upgrade; fi
tests --all-extras $upgrade -o requirements/ci.txt

# The versions in the output file are preferred: what the ranges do not force to differ is as in ci.txt.
cp requirements/ci.txt requirements/bare.txt
tests -o requirements/bare.txt

lowest="$(mktemp)"
lowest_pytest="$(mktemp)"
trap 'rm -f "$lowest" "$lowest_pytest"' EXIT
compile --all-extras --no-deps --resolution lowest-direct >"$lowest"
# Locust asks for a newer pytest than this project, for a plugin that the tests do not use. An override lets pytest's
# lowest be beside Locust's; it silences the two plugins that ask for a newer pytest with reason, so these are held down.
grep '^pytest==' "$lowest" >"$lowest_pytest"
printf 'pytest-asyncio<1.4\npytest-httpx<0.36\n' >>"$lowest"
cp requirements/ci.txt requirements/floor.txt
tests --all-extras -c "$lowest" --override "$lowest_pytest" -o requirements/floor.txt
