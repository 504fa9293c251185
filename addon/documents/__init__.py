"""Takes and footage as the user's documents: where they are written, what moves with the .blend, and finding them."""
