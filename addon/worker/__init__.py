"""The add-on's side of the worker process: the running job, its outcome, and how panels show both."""
