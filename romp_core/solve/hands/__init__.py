"""Fingers and wrists from the 21 points of a hand."""
