"""A worker that is there at once: the very command line of production, forked from a process that imported it all.

`python -m tests.faults.warm <words of the worker>`: each line on stdin starts one, its process id comes back. It leads
a group of its own. A new interpreter takes seconds, and thirty kills need thirty workers.
"""

import os
import sys

from celery.__main__ import main

from config.celery import app


def serve(words: list[str]) -> None:
    """Fork a worker for each line; one at a time."""
    app.loader.init_worker()  # Django, the tasks, the handlers
    worker = 0
    for _line in sys.stdin:
        if worker:
            os.waitpid(worker, 0)
        worker = os.fork()
        if not worker:
            os.setsid()
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(2, 1)
            sys.argv = words
            main()
            os._exit(0)
        sys.stdout.write(f"{worker}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve(sys.argv[1:])
