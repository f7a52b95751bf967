"""Make or renew the environment .venv from a lock file, and do nothing when it is already right.

``environment.py LOCK [ALSO_GOOD...]``: the first lock file is installed unless the environment holds just that, or one
of the others (which must contain everything of the first). Needs nothing but Python's own library.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
STAMP = ENVIRONMENT / "stageline.json"
PIP = ("-I", "-m", "pip", "--disable-pip-version-check", "--no-input", "install")


def main(locks: list[str]) -> None:
    """Install ``locks[0]`` and the project itself, unless that is done."""
    if sys.version_info < (3, 11):  # noqa: UP036  (make PYTHON=... may name any)
        sys.exit(f"Stageline needs Python 3.11 or newer; {sys.executable} is {sys.version.split()[0]}.")
    wanted = [fingerprint(lock) for lock in locks]
    if stamped() in wanted:
        return
    began = time.monotonic()
    make()
    STAMP.unlink(missing_ok=True)
    count = len(re.findall(r"^\S+==", (ROOT / locks[0]).read_text(), re.MULTILINE))
    say(f"Installing {count} packages into .venv (once; about a minute) ...")
    run_pip(count, "--require-hashes", "--only-binary=:all:", "-r", str(ROOT / locks[0]))
    run_pip(0, "--no-deps", "--no-build-isolation", "--editable", str(ROOT))
    STAMP.write_text(json.dumps(wanted[0]))
    say(f"The environment is ready ({time.monotonic() - began:.0f} s).")


def fingerprint(lock: str) -> dict[str, str]:
    """Tell what an environment made now from ``lock`` would be."""
    import tomllib  # noqa: PLC0415  (where it is missing, main has already said so)

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    installed = {"project": project["project"], "build": project["build-system"], "hatch": project["tool"]["hatch"]}
    content = (ROOT / lock).read_bytes() + json.dumps(installed, sort_keys=True).encode()
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    return {"lock": hashlib.sha256(content).hexdigest(), "python": version, "path": str(ENVIRONMENT)}


def stamped() -> object:
    """Tell what the environment is; ``None`` when there is none, or its Python has gone."""
    if not os.access(ENVIRONMENT / "bin" / "python", os.X_OK):
        return None
    try:
        return json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return None


def make() -> None:
    """Make an empty environment, in place of one of another Python or another folder."""
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    say(f"Making the environment .venv with Python {sys.version.split()[0]} ...")
    made = subprocess.run([sys.executable, "-m", "venv", ENVIRONMENT], check=False, capture_output=True, text=True)  # noqa: S603
    if made.returncode != 0:
        shutil.rmtree(ENVIRONMENT, ignore_errors=True)
        sys.exit(
            f"{made.stdout}{made.stderr}\nPython could not make an environment. On Debian and Ubuntu it lacks a part: "
            "apt install python3-venv"
        )


def run_pip(total: int, *arguments: str) -> None:
    """Run pip, with its progress on one line and all it said only when it fails."""
    command = [str(ENVIRONMENT / "bin" / "python"), *PIP, *arguments]
    lines: list[str] = []
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip:  # noqa: S603
        assert pip.stdout is not None
        show(total, collect(pip.stdout, lines))
    if pip.returncode != 0:
        say("".join(lines))
        sys.exit("Installing the packages failed; what pip said is above. Nothing but .venv was touched.")


def collect(output: Iterable[str], lines: list[str]) -> Iterable[str]:
    """Keep every line in ``lines``; yield the names of the packages they speak of."""
    for line in output:
        lines.append(line)
        if found := re.match(r"(?:Collecting|Processing) (?:\S*/)?([a-zA-Z0-9_.]+)", line):
            yield found[1]
        elif line.startswith("Installing collected"):
            yield "unpacking"


def show(total: int, names: Iterable[str]) -> None:
    """Count the packages: on one line of a terminal, every tenth elsewhere."""
    terminal = sys.stderr.isatty()
    done = 0
    for name in names:
        done += name != "unpacking"
        text = f"  {done}/{total} {name}"
        if terminal:
            sys.stderr.write(f"\r{text:<60}")
            sys.stderr.flush()
        elif total and (done % 10 == 0 or name == "unpacking"):
            say(text)
    if terminal:
        sys.stderr.write(f"\r{'':<60}\r")


def say(text: str) -> None:
    """Write a line for the person who waits."""
    sys.stderr.write(text + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
