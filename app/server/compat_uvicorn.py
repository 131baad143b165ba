"""uvicorn as this project needs it, beyond what it documents: what its supervisor starts as a worker."""

from uvicorn.supervisors import multiprocess

WorkerProcess = multiprocess.Process


def close_workers_end(worker: WorkerProcess) -> None:
    """Closes, in the supervisor, the end of the pipe that is the worker's own."""
    worker.child_conn.close()


def use_workers(kind: type[WorkerProcess]) -> None:
    """Has the supervisor start workers of this kind: it finds what it starts by this name."""
    multiprocess.Process = kind  # type: ignore[misc]
