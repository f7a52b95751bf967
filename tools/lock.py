"""Renew requirements.lock and requirements-dev.lock from pyproject.toml: every version pinned, every file hashed.

The locks name no index and no address, so that they hold wherever the packages come from.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUNTIME, DEV = "requirements.lock", "requirements-dev.lock"
HEADERS = {
    RUNTIME: "# What Stageline runs on, and what installs it. Renewed by `make lock`; do not edit.\n",
    DEV: "# Everything for development; contains requirements.lock. Renewed by `make lock`; do not edit.\n",
}
OPTIONS = (
    "--universal",
    "--python-version=3.11",
    "--generate-hashes",
    "--upgrade",
    "--no-header",
    "--no-annotate",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--quiet",
)


def main() -> None:
    """Renew both: the runtime first, then development under its versions."""
    compile_lock(RUNTIME, "--group=build")
    compile_lock(DEV, "--group=dev", f"--constraints={RUNTIME}")


def compile_lock(target: str, *options: str) -> None:
    """Write one lock file. Exits when the versions cannot be found."""
    command = [sys.executable, "-m", "uv", "pip", "compile", *OPTIONS, *options, "pyproject.toml"]
    done = subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.PIPE, text=True)  # noqa: S603
    if done.returncode != 0:
        sys.exit(done.returncode)
    if found := re.search(r"\w+://|^-", done.stdout, re.MULTILINE):
        sys.exit(f"{target} would name an address or an option ({found[0]}): it was not written.")
    (ROOT / target).write_text(HEADERS[target] + done.stdout)
    sys.stdout.write(f"{target}: {done.stdout.count('==')} packages\n")


if __name__ == "__main__":
    main()
