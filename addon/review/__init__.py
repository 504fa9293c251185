"""Looking at how well a take is known: confidences over the characters, and the moments to check first."""
