"""Files of weights, body models and results, read without running anything in them: an allow-list, no pickles."""

from .reader import read
from .state_dict import read_state_dict

__all__ = ["read", "read_state_dict"]
