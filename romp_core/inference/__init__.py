"""Where networks run: execution providers, the libraries they need, threads, and sessions that say what really runs."""
