"""The settings of captures and of a solve: frozen dataclasses from which command line and panel are generated."""

from .capture import CaptureSettings, read_positions, write_positions
from .ease import EASE_S, LONGEST_EASE_S
from .fields import check, flat, from_mapping, group, panels_of, setting, setting_fields, to_mapping, with_values
from .gaps import GAP_CHOICES
from .live import LiveSettings, vmc_address
from .relaxing import RELAXED_PARTS
from .smoothing import PartSmoothingSettings
from .solve import SolveSettings

__all__ = [
    "EASE_S",
    "GAP_CHOICES",
    "LONGEST_EASE_S",
    "RELAXED_PARTS",
    "CaptureSettings",
    "LiveSettings",
    "PartSmoothingSettings",
    "SolveSettings",
    "check",
    "flat",
    "from_mapping",
    "group",
    "panels_of",
    "read_positions",
    "setting",
    "setting_fields",
    "to_mapping",
    "vmc_address",
    "with_values",
    "write_positions",
]
