"""From raw observations to motion in the world: the offline solve, and a quick pose for previews."""

from .landmark_fit.quick_pose import quick_pose
from .pipeline import SolveCache, solve

__all__ = ["SolveCache", "quick_pose", "solve"]
