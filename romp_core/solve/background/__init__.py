"""The camera's motion from points of the background: still, turning, or moving through the scene."""
