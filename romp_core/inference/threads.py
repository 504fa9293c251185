"""How many threads of the processor networks and linear algebra use."""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path

from .options import RuntimeChoice

ONE_BLAS_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
"""Environment to set before numpy is imported: the solve's matrices are small, and more threads only wait."""

SMALL_NETWORK_THREADS = 1
"""For networks of a few milliseconds: sharing so little work costs more than it gains."""

_TOPOLOGY = Path("/sys/devices/system/cpu")


def large_network_threads() -> int:
    """For networks that take most of the time: as many as the user chose, else one per physical core.

    0 lets onnxruntime count the cores.

    Raises:
        SettingsError: the environment names a number that cannot be.
    """
    return RuntimeChoice.from_environment().threads or automatic_threads()


@cache
def automatic_threads() -> int:
    """One per physical core that this process may use; 0 where only onnxruntime can count them."""
    return _physical_cores(_TOPOLOGY, os.sched_getaffinity(0)) if sys.platform == "linux" else 0


def small_networks_at_once() -> int:
    """How many small networks to run side by side: as many as a large one has threads."""
    return large_network_threads() or os.cpu_count() or 1


def _physical_cores(topology: Path, usable: set[int]) -> int:
    """Cores behind the logical processors that this process may use, which onnxruntime does not ask about."""
    cores = set()
    for number in usable:
        siblings = topology / f"cpu{number}" / "topology" / "thread_siblings_list"
        cores.add(siblings.read_text().strip() if siblings.is_file() else str(number))
    return len(cores)
