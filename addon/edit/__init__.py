"""Putting a take right by hand: who is who, when feet stand, gaps, poses, and the floor."""
