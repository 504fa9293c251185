"""Jobs in a child process: the process itself, and the parent's side of it."""
