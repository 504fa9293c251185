"""The models' files and options, both as their cards in the core describe them."""
