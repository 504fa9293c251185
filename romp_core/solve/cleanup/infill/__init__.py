"""Fills what of a person is not seen from what is: bridges, poses, and movements that the person makes again.

What a source of knowledge may say is measured on the clip itself, where the truth is seen: none is trusted unproven.
"""

from .fill import Filled, infill

__all__ = ["Filled", "infill"]
