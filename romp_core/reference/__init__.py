"""Exact behavior of the papers' code, for tests and comparison; not in the wheel, and never imported by the product."""
