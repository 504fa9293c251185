"""Which people to capture: detected in the first frame with people, then selected by their numbers."""
