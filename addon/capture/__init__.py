"""From footage to a take: choosing the footage and its settings, running the capture."""
