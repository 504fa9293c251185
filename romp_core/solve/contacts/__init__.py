"""Which feet stand when, and holding them where they stand."""
