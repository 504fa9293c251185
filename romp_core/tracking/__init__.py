"""What every frame-wise model shares: unique assignment, looks, identities, shot changes."""
