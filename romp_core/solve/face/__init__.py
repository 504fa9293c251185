"""Expression and the head's rotation from the 478 points of a face."""
