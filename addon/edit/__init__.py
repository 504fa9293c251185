"""Putting a take right by hand: who is who, and when feet stand."""
