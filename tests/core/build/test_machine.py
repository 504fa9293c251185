"""Finding Pythons, running processes, counting results: the parts of the builder that meet an unknown machine."""

import os
import sys
import threading
import time
from pathlib import Path

import pytest

from buildtools import process, pythons, rings, system, venvs
from buildtools.cli import main
from buildtools.console import BuildError


def test_the_running_python_is_found():
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    found = pythons.find(version)
    assert found is not None
    assert process.output([found, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]).strip() == version


def test_a_python_that_nobody_has_is_not_found():
    assert pythons.find("3.99") is None


@pytest.mark.skipif(os.name != "posix", reason="places a script named like a Python on PATH")
def test_a_launcher_that_is_not_what_it_is_called_is_not_taken(tmp_path, monkeypatch):
    impostor = tmp_path / "python3.98"
    impostor.write_text("#!/bin/sh\necho 2.7; echo ready\n")
    impostor.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert pythons.find("3.98") is None


def test_a_process_that_hangs_is_ended():
    started = time.monotonic()
    status = process.run([sys.executable, "-c", "import time; time.sleep(60)"], timeout=0.5)
    assert status == process.TIMED_OUT
    assert time.monotonic() - started < 20


def test_what_a_process_says_can_go_to_a_log(tmp_path):
    command = [sys.executable, "-c", "import sys; print('found 3'); print('warned', file=sys.stderr)"]
    assert process.run(command, log=tmp_path / "log") == 0
    assert set((tmp_path / "log").read_text().split()) == {"found", "3", "warned"}


def test_parts_run_side_by_side_each_on_a_core_and_with_its_output_whole(monkeypatch, capsys):
    both = threading.Barrier(2, timeout=60)
    used = []

    def run(part, log, core):
        used.append(core)
        both.wait()
        log.write_text(f"first of {part.name}\nlast of {part.name}")
        return rings.Outcome(part.name, passed=1)

    monkeypatch.setattr(rings, "_pytest", run)
    monkeypatch.setattr(process, "cores", lambda: [3, 5])
    parts = [rings._Part("core", venv, []) for venv in ("a", "b")]
    assert [outcome.name for outcome in rings._pytests(parts)] == ["core a", "core b"]
    shown = [line for line in capsys.readouterr().out.splitlines() if " of core " in line]
    assert shown == ["first of core a", "last of core a", "first of core b", "last of core b"]
    assert sorted(used) == [3, 5]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not bind processes to a core")
def test_a_process_can_be_bound_to_a_core(tmp_path):
    core = process.cores()[-1]
    command = [sys.executable, "-c", "import os, time; time.sleep(1); print(os.sched_getaffinity(0))"]
    assert process.run(command, log=tmp_path / "log", core=core) == 0
    assert (tmp_path / "log").read_text().strip() == str({core})


def test_packages_of_other_pythons_do_not_leak_into_children(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "somewhere")
    assert process.output([sys.executable, "-c", "import os; print('PYTHONPATH' in os.environ)"]).strip() == "False"


def test_a_failing_process_shows_what_it_said():
    with pytest.raises(BuildError, match="the reason"):
        process.output([sys.executable, "-c", "raise SystemExit('the reason')"])


def _report(path, **counts):
    attributes = " ".join(f'{name}="{count}"' for name, count in counts.items())
    path.write_text(f"<testsuites><testsuite {attributes}/></testsuites>")
    return path


def test_results_are_counted_from_the_report(tmp_path):
    report = _report(tmp_path / "r.xml", tests=10, failures=1, errors=2, skipped=3)
    outcome = rings.read_report("core", report, 1)
    assert (outcome.passed, outcome.failed, outcome.skipped) == (4, 3, 3)


@pytest.mark.parametrize("status", [1, 139, process.TIMED_OUT])
def test_a_ring_that_died_is_a_failure(tmp_path, status):
    assert rings.read_report("blender", tmp_path / "none.xml", status).failed == 1


def test_a_ring_that_passed_and_then_crashed_is_a_failure(tmp_path):
    outcome = rings.read_report("blender", _report(tmp_path / "r.xml", tests=5), 139)
    assert (outcome.passed, outcome.failed) == (5, 1)


def test_a_ring_without_tests_is_a_failure(tmp_path):
    outcome = rings.read_report("blender", _report(tmp_path / "r.xml", tests=0), 5)
    assert (outcome.failed, outcome.note) == (1, "no tests were found")


@pytest.mark.parametrize(("ci", "failed", "skipped"), [("true", 1, 0), ("", 0, 1)])
def test_a_missing_python_is_loud_and_fails_where_nobody_reads(monkeypatch, capsys, ci, failed, skipped):
    monkeypatch.setenv("CI", ci)
    monkeypatch.setattr(pythons, "find", lambda version: None)
    monkeypatch.setattr(rings.assets, "ensure", lambda: None)
    monkeypatch.setattr(system, "ensure_libraries", lambda: None)
    status = rings.test(rings.Selection(rings=["blender"], blenders=["4.5.15"]))
    printed = capsys.readouterr()
    assert status == failed
    assert "PYTHON 3.11 NOT FOUND" in printed.err
    assert printed.out.splitlines()[-1] == f"0 passed, {failed} failed, {skipped} skipped"


@pytest.mark.parametrize(("ci", "failed", "skipped"), [("true", 1, 0), ("", 0, 1)])
def test_a_missing_torch_is_loud_and_fails_where_nobody_reads(monkeypatch, capsys, ci, failed, skipped):
    def without(name):
        raise BuildError("Could not install torch==2.13.0 into the environment torch.")

    monkeypatch.setenv("CI", ci)
    monkeypatch.setattr(pythons, "find", lambda version: Path("python"))
    monkeypatch.setattr(rings.assets, "ensure", lambda: None)
    monkeypatch.setattr(rings.venvs, "python", without)
    assert rings.test(rings.Selection(rings=["networks"])) == failed
    printed = capsys.readouterr()
    assert "Could not install torch" in printed.err
    assert "TORCH NOT FOUND" in printed.out
    assert printed.out.splitlines()[-1] == f"0 passed, {failed} failed, {skipped} skipped"


def test_torch_is_installed_after_the_hashed_rest_and_with_what_it_needs(monkeypatch, tmp_path):
    installed = []

    def run(command, **_):
        installed.append(command[command.index("install") + 1 :])
        return 0

    monkeypatch.setattr(venvs, "VENVS", tmp_path)
    monkeypatch.setattr(venvs.pythons, "any_of", lambda versions: Path("python3.11"))
    monkeypatch.setattr(venvs.process, "output", lambda command, **_: Path(command[-1]).mkdir(parents=True))
    monkeypatch.setattr(venvs.process, "run", run)
    venvs.python.cache_clear()
    venvs.python("torch")
    venvs.python.cache_clear()
    locked, by_version = installed
    assert {"--require-hashes", "--no-deps"} <= set(locked)
    assert not {"--require-hashes", "--no-deps"} & set(by_version)
    assert by_version[-1].startswith("torch==")


def test_an_environment_serves_whichever_python_asks_for_it(monkeypatch, tmp_path):
    """A test process in a 3.13 environment once removed the 3.11 one that the builder was still using."""
    made = []

    def make(command, **_):
        made.append(command)
        interpreter = Path(command[-1]) / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        interpreter.parent.mkdir(parents=True)
        interpreter.touch()

    monkeypatch.setattr(venvs, "VENVS", tmp_path)
    monkeypatch.setattr(venvs.process, "output", make)
    monkeypatch.setattr(venvs.process, "run", lambda *_, **__: 0)
    found = []
    for base in ("/usr/bin/python3.11", "/opt/python3.13"):
        monkeypatch.setattr(venvs.pythons, "any_of", lambda versions, base=base: Path(base))
        venvs.python.cache_clear()
        found.append(venvs.python("build"))
    venvs.python.cache_clear()
    assert found[0] == found[1] and found[0].exists() and len(made) == 1


def test_missing_libraries_give_the_exact_command(monkeypatch, capsys):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)
    assert not system.install(["libxi6", "libsm6"], "Blender needs them")
    assert "sudo apt-get install -y --no-install-recommends libxi6 libsm6" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["demo", "no/such/video.mp4"], "There is no video"),
        (["test", "--ring", "e2e", "--blender", "2.79"], "There is no bpy 2.79"),
    ],
)
def test_mistakes_are_answered_with_a_sentence(arguments, said, capsys):
    assert main(arguments) == 1
    assert said in capsys.readouterr().err
