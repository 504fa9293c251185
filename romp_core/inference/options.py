"""The user's choice of what networks run on; passed to other processes in environment variables."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..errors import SettingsError
from .providers import AUTOMATIC, CHOICES

PROVIDER = "ROMP_CORE_PROVIDER"
FOLDER = "ROMP_CORE_CUDA_FOLDER"
FAST = "ROMP_CORE_FAST"
THREADS = "ROMP_CORE_THREADS"
MOST_THREADS = 256


@dataclass(frozen=True)
class RuntimeChoice:
    """Preferences that belong to the machine, not to a take.

    Attributes:
        provider: "auto", or a key of `providers.LADDER`, which is then tried first.
        folder: searched for CUDA and cuDNN libraries besides the usual folders; "" for none.
        fast: allow less than single precision where the provider can compute with it.
        threads: of the processor, at most `MOST_THREADS`; 0 for one per physical core.
    """

    provider: str = AUTOMATIC
    folder: str = ""
    fast: bool = False
    threads: int = 0

    def __post_init__(self) -> None:
        if self.provider not in CHOICES:
            raise SettingsError(f"There is no provider {self.provider}.", f"Choose one of {', '.join(CHOICES)}.")
        if self.folder and not Path(self.folder).is_dir():
            raise SettingsError(f"There is no folder {self.folder}.", "Choose the folder of the CUDA libraries again.")
        if not 0 <= self.threads <= MOST_THREADS:
            raise _no_threads(str(self.threads))

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> RuntimeChoice:
        """The choice in the environment, from the user or a parent process.

        Raises:
            SettingsError: it names a provider, a folder or a number of threads that cannot be.
        """
        fast = environment.get(FAST, "").strip().lower() in ("1", "true", "yes", "on")
        provider = environment.get(PROVIDER, "").strip().lower() or AUTOMATIC
        threads = environment.get(THREADS, "").strip() or "0"
        if not threads.isdecimal():
            raise _no_threads(threads)
        return cls(provider, environment.get(FOLDER, "").strip(), fast, int(threads))

    def to_environment(self) -> dict[str, str]:
        """Variables for `from_environment`."""
        fast = "1" if self.fast else "0"
        return {PROVIDER: self.provider, FOLDER: self.folder, FAST: fast, THREADS: str(self.threads)}


def _no_threads(number: str) -> SettingsError:
    return SettingsError(
        f"Networks cannot run in {number} threads.", f"Choose 1 to {MOST_THREADS}, or 0 for one per physical core."
    )
