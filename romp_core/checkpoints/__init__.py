"""Files of weights, body models and results, read without running anything in them: an allow-list, no pickles."""

from .purpose import RESULTS, WEIGHTS, Purpose
from .reader import read
from .state_dict import fitting_weights, read_arrays, read_state_dict, stored_shapes

__all__ = [
    "RESULTS",
    "WEIGHTS",
    "Purpose",
    "fitting_weights",
    "read",
    "read_arrays",
    "read_state_dict",
    "stored_shapes",
]
