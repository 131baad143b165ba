"""The process that keeps several workers running."""

import logging
import os
import signal

from uvicorn import Config
from uvicorn.supervisors import multiprocess

logger = logging.getLogger(__name__)


class Worker(multiprocess.Process):
    """A worker whose end is noticed at once, even while it is asked whether it lives: the parent of uvicorn's own holds
    the worker's end of their pipe open, and waits for the answer of a dead one as long as for that of a slow one."""

    def start(self) -> None:
        super().start()
        self.child_conn.close()


class Supervisor(multiprocess.Multiprocess):
    """Passes SIGHUP on to the workers, which read manifests anew. uvicorn's own would start others in their place, and
    those would not know the documents of the former manifests."""

    def handle_hup(self) -> None:
        logger.info("Received SIGHUP: the workers read the manifests of operations anew.")
        for process in self.processes:
            if process.pid is not None and process.is_ready():  # one that is not would end of it, and reads them anyway
                os.kill(process.pid, signal.SIGHUP)


def run_workers(config: Config, *, reload: bool) -> None:
    """Runs as many as the configuration says, until they are to stop; `reload`: they have manifests to read anew."""
    multiprocess.Process = Worker  # type: ignore[misc]  # the name by which uvicorn finds what it starts
    supervisor = Supervisor if reload else multiprocess.Multiprocess
    supervisor(config, sockets=[config.bind_socket()]).run()
