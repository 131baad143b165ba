"""What the supervisor learns of its workers."""

import socket
from threading import Event

from uvicorn import Config

from app.server.supervisor import Worker


class SilentWorker(Worker):
    """A worker that never answers."""

    def target(self, sockets: list[socket.socket] | None = None) -> None:
        Event().wait()


def test_whoever_waits_for_the_answer_of_a_worker_is_woken_by_its_death() -> None:
    worker = SilentWorker(Config("app.main:create_app"), sockets=[])
    worker.start()
    try:
        assert not worker.parent_conn.poll(0)
    finally:
        worker.process.kill()
        worker.process.join()

    assert worker.parent_conn.poll(0)  # with the answer, or the end of the pipe
