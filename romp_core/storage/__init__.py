"""Takes on disk: the take file, the journal of a running capture, framed messages."""
