"""Landmarks of one person to joint rotations and root in camera space: a robust least-squares fit."""
