"""What the program does for a user, each with progress and cancel: capture, solve, import, download, verify."""
