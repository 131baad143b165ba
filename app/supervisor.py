"""The process that keeps several workers running."""

from uvicorn.supervisors import multiprocess


class Worker(multiprocess.Process):
    """A worker whose end is noticed at once, even while it is asked whether it lives: the parent of uvicorn's own holds
    the worker's end of their pipe open, and waits for the answer of a dead one as long as for that of a slow one."""

    def start(self) -> None:
        super().start()
        self.child_conn.close()


def watch_over_workers() -> None:
    """Has uvicorn start workers of this kind."""
    multiprocess.Process = Worker  # type: ignore[misc]  # the name by which uvicorn finds what it starts
