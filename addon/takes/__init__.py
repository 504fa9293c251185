"""The takes of a scene: the list, the edits, solving again, and the characters that are made from them."""
