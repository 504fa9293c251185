"""MoRo: masked modeling of motion under occlusion (arXiv 2601.16079)."""
