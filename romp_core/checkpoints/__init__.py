"""Files of weights, body models and results, read without running anything in them: an allow-list, no pickles."""

from .purpose import RESULTS, WEIGHTS, Purpose
from .reader import read
from .state_dict import read_state_dict

__all__ = ["RESULTS", "WEIGHTS", "Purpose", "read", "read_state_dict"]
