"""Motion as it happens: each frame is solved from the last pose alone, and smoothed by its true time."""
