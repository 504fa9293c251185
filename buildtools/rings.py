"""`test`: static checks, then the four test rings, each on every Python and Blender it is meant for."""

import os
import shutil
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from queue import Queue

from . import assets, blender, build, fetch, lock, process, pythons, system, venvs
from .console import BuildError, heading, say, warn
from .paths import BUILD, PROFILES, REPORTS, ROOT
from .platforms import chosen

RINGS = ("lint", "core", "networks", "blender", "e2e")
_CORE_VENVS = ("core-py311", "core-py313")
_NEWEST = "core-newest"
_QUICK = ("-m", "not slow")
_TIMEOUT = {"lint": 600, "core": 3600, "networks": 1800, "blender": 1800, "e2e": 900}  # several times the usual
_MOST_AT_ONCE = 4  # Pytest processes; a Blender with a scene may take 2 GB
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
"""As the product sets it: matrices are small, and with a core for each process more threads only wait."""
_SOURCES = ("build_addon.py", "buildtools", "romp_core", "addon", "tests", "benchmarks")


@dataclass
class Outcome:
    """What one process of a ring found."""

    name: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    note: str = ""


@dataclass(frozen=True)
class Selection:
    """Which part of the tests to run.

    Attributes:
        blenders: versions such as "4.5.15"; empty means all.
        pytest_options: handed on to pytest as they are.
    """

    rings: Sequence[str] = RINGS
    blenders: Sequence[str] = ()
    pytest_options: Sequence[str] = field(default=())


@dataclass(frozen=True)
class _Part:
    """A ring on one Python or Blender."""

    ring: str
    venv: str
    options: list[str]

    @property
    def name(self) -> str:
        return f"{self.ring} {self.venv}"


def test(selection: Selection) -> int:
    """Run the selected rings with live output, print a table and the sum; returns the exit status."""
    blenders = _blender_venvs(selection.blenders)
    if {"blender", "e2e"} & set(selection.rings):
        system.ensure_libraries()
    assets.ensure()
    outcomes = list(_run_all(selection, blenders))
    heading("summary")
    for each in outcomes:
        say(f"{each.name:24} {each.passed:5} passed {each.failed:4} failed {each.skipped:4} skipped  {each.note}")
    passed, failed, skipped = (
        sum(getattr(each, what) for each in outcomes) for what in ("passed", "failed", "skipped")
    )
    say(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


def _run_all(selection: Selection, blenders: list[str]) -> Iterator[Outcome]:
    options = list(selection.pytest_options)
    if "lint" in selection.rings:
        yield from _lint()
    parts: list[_Part] = []  # the longest first
    if "core" in selection.rings:
        parts += [_Part("core", _CORE_VENVS[0], options)]
        parts += [_Part("core", venv, [*_QUICK, *options]) for venv in (*_CORE_VENVS[1:], _NEWEST)]
    if "blender" in selection.rings:
        parts += [_Part("blender", venv, options) for venv in blenders]
    if "networks" in selection.rings:
        parts += [_Part("networks", "torch", options)]
    if "e2e" in selection.rings:
        (archive,) = build.build(chosen([]))
        yield _same_again(archive)
        parts += [_Part("e2e", venv, [*options, "--zip", str(archive), "-o", "pythonpath="]) for venv in blenders]
    runnable = []
    for part in parts:
        if outcome := _lacking(part):
            yield outcome
        else:
            runnable.append(part)
    yield from _pytests(runnable)


def _blender_venvs(versions: Sequence[str]) -> list[str]:
    return [blender.venv(version) for version in versions] or lock.blender_venvs()


def _lint() -> Iterator[Outcome]:
    heading("static checks")
    available = [name for name in _CORE_VENVS if pythons.find(lock.venv_pythons(name)[0])]
    if not available:
        yield _no_python("lint", lock.venv_pythons(_CORE_VENVS[0])[0])
        return
    sources = [name for name in _SOURCES if (ROOT / name).exists()]
    checks = [
        ("ruff check", available[0], ["ruff", "check", *sources]),
        ("ruff format", available[0], ["ruff", "format", "--check", *sources]),
        *((f"mypy {venv}", venv, ["mypy"]) for venv in available),  # each has another numpy, with other types
    ]
    for name, venv, command in checks:
        status = process.run([venvs.python(venv), "-m", *command], timeout=_TIMEOUT["lint"])
        yield Outcome(name, passed=status == 0, failed=status != 0)


def _same_again(archive: Path) -> Outcome:
    """Whether a second build gives the same bytes."""
    with tempfile.TemporaryDirectory(dir=BUILD) as folder:
        (again,) = build.build(chosen([]), out=Path(folder))
        same = fetch.sha256(again) == fetch.sha256(archive)
    return Outcome("same zip twice", passed=same, failed=not same)


def _lacking(part: _Part) -> Outcome | None:
    """Make the part's environment; what stands in for its outcome when that is impossible.

    Torch is large and has many builds: without one, the rest still runs.
    """
    version = lock.venv_pythons(part.venv)[0]
    if pythons.find(version) is None:
        return _no_python(part.name, version)
    try:
        venvs.python(part.venv)
    except BuildError as error:
        if part.venv != "torch":
            raise
        return _not_run(part.name, str(error), "TORCH NOT FOUND")
    return None


def _pytests(parts: list[_Part]) -> Iterator[Outcome]:
    """Run each part in a process of its own: one with live output, several side by side, each shown when it ends.

    Each process has a core to itself: threads of several that compete for the same cores cost more time than they save.
    """
    if len(parts) == 1:
        yield _pytest(parts[0])
        return
    cores: Queue[int] = Queue()
    for core in process.cores()[:_MOST_AT_ONCE]:
        cores.put(core)
    at_once = cores.qsize()

    def on_a_core(part: _Part, log: Path) -> Outcome:
        core = cores.get()
        try:
            return _pytest(part, log, core)
        finally:
            cores.put(core)

    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(at_once) as pool:
        say(f"\nrunning {len(parts)} parts, {at_once} at a time; the output of each is shown when it ends")
        logs = [Path(folder) / f"{part.name}.log" for part in parts]
        for log, outcome in zip(logs, pool.map(on_a_core, parts, logs), strict=True):
            say(log.read_text(encoding="utf-8", errors="replace"))
            yield outcome


def _pytest(part: _Part, log: Path | None = None, core: int | None = None) -> Outcome:
    """One pytest process; in the end-to-end ring the checkout is kept off `sys.path`: only the zip is tested."""
    heading(f"{part.ring} ring, {part.venv}")
    report = REPORTS / f"{part.ring}-{part.venv}.xml"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.unlink(missing_ok=True)
    profile = PROFILES / f"{part.ring}-{part.venv}"
    shutil.rmtree(profile, ignore_errors=True)
    profile.mkdir(parents=True)
    command: list[str | Path] = [
        venvs.python(part.venv),
        *(["-P"] if part.ring == "e2e" else []),
        "-m",
        "pytest",
        f"tests/{part.ring}",
        f"--junitxml={report}",
        *part.options,
    ]
    started = time.monotonic()
    settings = {**_ONE_THREAD, "BLENDER_USER_RESOURCES": str(profile)}
    status = process.run(command, timeout=_TIMEOUT[part.ring], env=settings, log=log, core=core)
    shutil.rmtree(profile, ignore_errors=True)
    outcome = read_report(part.name, report, status)
    outcome.note = f"{outcome.note} {time.monotonic() - started:.0f} s".strip()
    return outcome


def read_report(name: str, report: Path, status: int) -> Outcome:
    """Count from pytest's report. A process that died, hung or ran nothing counts as one failure."""
    if not report.is_file():
        why = "timed out" if status == process.TIMED_OUT else f"died with status {status}"
        return Outcome(name, failed=1, note=why)
    suite = next(ElementTree.parse(report).getroot().iter("testsuite"))  # noqa: S314  # our own file
    total, failures, errors, skipped = (int(suite.get(key, 0)) for key in ("tests", "failures", "errors", "skipped"))
    failed = failures + errors
    outcome = Outcome(name, total - failed - skipped, failed, skipped)
    if status != 0 and not failed:
        outcome.failed, outcome.note = 1, "no tests were found" if total == 0 else f"ended with status {status}"
    return outcome


def _no_python(name: str, version: str) -> Outcome:
    return _not_run(name, pythons.missing(version), f"PYTHON {version} NOT FOUND")


def _not_run(name: str, warning: str, note: str) -> Outcome:
    """What cannot run for want of something is loud everywhere, and a failure where nobody reads warnings."""
    warn(warning)
    strict = os.environ.get("CI", "").lower() == "true"
    return Outcome(name, failed=strict, skipped=not strict, note=note)
