"""A lock holds against everyone, and ends with its process, however that ends."""

import subprocess
import sys
from pathlib import Path

import pytest

from romp_core.storage.lock import open_locked, remove

_HOLD = """
import sys, time
from pathlib import Path
from romp_core.storage.lock import open_locked
file = open_locked(Path(sys.argv[1]))
file.write(b"theirs"), file.flush()
print("locked", flush=True)
time.sleep(600)
"""


def test_only_one_holds_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    with open_locked(path) as file:
        file.write(b"content")
        file.flush()
        with pytest.raises(BlockingIOError):
            open_locked(path)
        assert path.read_bytes() == b"content", "everyone may read it"
        file.seek(0)
        assert file.read() == b"content"
    with open_locked(path) as file:
        file.write(b" and more")
        remove(file, path)
    assert not path.exists()


def test_a_lock_of_a_killed_process_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    process = subprocess.Popen([sys.executable, "-c", _HOLD, str(path)], stdout=subprocess.PIPE)
    assert process.stdout is not None and process.stdout.readline()
    with pytest.raises(BlockingIOError):
        open_locked(path)
    process.kill()
    process.wait()
    process.stdout.close()
    with open_locked(path) as file:
        file.seek(0)
        assert file.read() == b"theirs"
