"""TRACE: people followed through a video, each with a path in a world that stands still (Sun et al., CVPR 2023)."""
