"""The build of the people."""

from __future__ import annotations

from dataclasses import dataclass

from .fields import setting


@dataclass(frozen=True)
class BuildSettings:
    """Settings of the build."""

    measured_build: bool = setting(
        True,
        "Measured Build",
        "Estimate each person's proportions from the footage and the height. Off: everybody has the average build",
    )
