"""Running other programs: argument lists only, no inherited Python settings, no survivors."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from .console import BuildError
from .paths import ROOT

TIMED_OUT = 124
_FOREIGN = ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__")


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment for children: the user's own, without what would leak other Pythons' packages into ours."""
    kept = {name: value for name, value in os.environ.items() if name not in _FOREIGN}
    return {**kept, "PYTHONNOUSERSITE": "1", "PYTHONUTF8": "1", **(extra or {})}


def run(
    command: Sequence[str | Path],
    *,
    timeout: float | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path = ROOT,
    log: Path | None = None,
    core: int | None = None,
) -> int:
    """Run and return the exit status, `TIMED_OUT` when it was killed after `timeout` seconds.

    The output is live; with a `log`, it goes there instead. With a `core` of `cores()`, it runs on that one only.
    """
    sys.stdout.flush()
    with contextlib.nullcontext() if log is None else log.open("wb") as out:
        child = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=None if out is None else subprocess.STDOUT,
            env=environment(env),
            cwd=cwd,
            start_new_session=os.name == "posix",
        )
    if core is not None and sys.platform == "linux":
        with contextlib.suppress(ProcessLookupError):
            os.sched_setaffinity(child.pid, {core})
    try:
        return child.wait(timeout)
    except subprocess.TimeoutExpired:
        return TIMED_OUT
    finally:
        _end(child)


def cores() -> list[int]:
    """Numbers of the processor cores that this process may use; other systems than Linux do not bind to them."""
    return sorted(os.sched_getaffinity(0)) if sys.platform == "linux" else list(range(os.cpu_count() or 1))


def output(command: Sequence[str | Path], *, timeout: float = 60, env: Mapping[str, str] | None = None) -> str:
    """Run quietly and return what it printed.

    Raises:
        BuildError: it failed, was not found or took too long; carries its error output.
    """
    try:
        done = subprocess.run(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=timeout,
            env=environment(env),
            check=True,
        )
    except subprocess.CalledProcessError as error:
        raise BuildError(f"{' '.join(map(str, command))}\nfailed:\n{error.stdout}{error.stderr}") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BuildError(f"{' '.join(map(str, command))}\nfailed: {error}") from error
    return done.stdout


def _end(child: "subprocess.Popen[bytes]") -> None:
    """Kill what is left of a process and, where the system has process groups, of its children."""
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
    elif child.poll() is None:
        child.kill()
    child.wait()
