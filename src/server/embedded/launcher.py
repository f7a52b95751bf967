"""Starts a program that cannot outlive Stageline. Run as a script in a bare interpreter; it imports nothing of ours.

``python -I -S launcher.py PARENT UID GID MODE PROGRAM ARGUMENT...``

PARENT is the process id of the server that asks. With UID and GID other than -1 the program runs as that user. MODE
says how the parent's death reaches the program: ``exec`` has the Linux kernel send SIGINT (a fast, clean shutdown for
PostgreSQL) and becomes the program; ``watch`` stays as its parent, for other systems, and sends SIGINT when standard
input ends.
"""

import os
import select
import signal
import subprocess
import sys

try:
    import ctypes
except ImportError:
    ctypes = None  # type: ignore[assignment]

PR_SET_PDEATHSIG = 1
FORWARDED = (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT)


def main(arguments: list[str]) -> int:
    """Run the program; return its exit code where it did not take our place."""
    parent, uid, gid = map(int, arguments[:3])
    mode, command = arguments[3], arguments[4:]
    os.umask(0o077)
    drop(uid, gid)
    if mode == "exec" and sys.platform == "linux" and ctypes is not None:
        die_with(parent)
        os.execv(command[0], command)  # noqa: S606
    return watch(command)


def drop(uid: int, gid: int) -> None:
    """Become the user for good, with no groups but its own."""
    if uid != -1:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)


def die_with(parent: int) -> None:
    """Ask the kernel for SIGINT when the parent ends; it may have ended before we asked."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGINT, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
    if os.getppid() != parent:
        sys.exit(1)


def watch(command: list[str]) -> int:
    """Run the program as our child until it ends; interrupt it when standard input does."""
    woken, waker = os.pipe()
    os.set_blocking(waker, False)
    signal.set_wakeup_fd(waker)
    for handled in (*FORWARDED, signal.SIGCHLD):
        signal.signal(handled, lambda *_: None)
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, close_fds=False)  # noqa: S603
    watched = [woken, sys.stdin.fileno()]
    while child.poll() is None:
        ready, _, _ = select.select(watched, [], [])
        if woken in ready:
            for number in os.read(woken, 64):
                if number in FORWARDED:
                    child.send_signal(number)
        if sys.stdin.fileno() in ready and not os.read(sys.stdin.fileno(), 1):
            watched.remove(sys.stdin.fileno())
            child.send_signal(signal.SIGINT)
    return child.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
