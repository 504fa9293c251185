"""The settings of a capture and of a solve: frozen dataclasses from which command line and panel are generated."""

from .capture import CaptureSettings, read_positions, write_positions
from .fields import check, flat, from_mapping, setting, setting_fields, to_mapping, with_values
from .solve import SolveSettings

__all__ = [
    "CaptureSettings",
    "SolveSettings",
    "check",
    "flat",
    "from_mapping",
    "read_positions",
    "setting",
    "setting_fields",
    "to_mapping",
    "with_values",
    "write_positions",
]
