"""Clean-up of a solved motion."""
