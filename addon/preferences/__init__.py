"""The machine's settings: what networks run on, where files are kept, and how much disk they use."""
