"""What is used of uvicorn 0.54 beyond its documentation works as it is used."""

from collections.abc import Iterator

import pytest
from uvicorn import Config
from uvicorn.supervisors import Multiprocess

from app.server.compat_uvicorn import WorkerProcess, close_workers_end, use_workers


class Recorded(WorkerProcess):
    """A worker that is never started."""

    def start(self) -> None:
        pass


@pytest.fixture
def recorded() -> Iterator[None]:
    use_workers(Recorded)
    yield
    use_workers(WorkerProcess)


@pytest.mark.usefixtures("recorded")
def test_the_supervisor_starts_workers_of_the_kind_that_it_is_told() -> None:
    supervisor = Multiprocess(Config("app.main:create_app", workers=2), sockets=[])
    supervisor.init_processes()
    assert [type(worker) for worker in supervisor.processes] == [Recorded, Recorded]
    worker = supervisor.processes[0]
    close_workers_end(worker)
    with pytest.raises(EOFError):  # nobody holds the other end any more
        worker.parent_conn.recv()
