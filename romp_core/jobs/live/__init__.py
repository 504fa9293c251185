"""Live capture: a camera, stream or file in real time drives people as they move; `messages` is what it says and hears.

A parent starts it in the worker, talks to it while it runs, and polls it:

    job = worker.start(Live("http://127.0.0.1:8080/", capture, solve, LiveSettings()), log_path)
    job.send(LiveRecord("take.npz", countdown=3.0))
    for event in job.poll(): ...        # LivePeople before the first LivePosed of somebody, LiveStats twice a second
    job.send(LiveStop())                # the last event is `Finished`; `cancel()` ends it as well
"""
