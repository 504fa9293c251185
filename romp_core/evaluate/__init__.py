"""Judging results without knowing the truth: what in a take is doubtful, and what helps."""
