"""The supervisor: the parent process that keeps several workers running."""

import logging
import os
import signal

from uvicorn import Config
from uvicorn.supervisors import multiprocess

from app.server.compat_uvicorn import WorkerProcess, close_workers_end, use_workers

logger = logging.getLogger(__name__)


class Worker(WorkerProcess):
    """A worker whose death the supervisor notices at once. uvicorn's own keeps the worker's end of their pipe open,
    and so waits for the answer of a dead worker as long as for that of a slow one."""

    def start(self) -> None:
        super().start()
        close_workers_end(self)


class Supervisor(multiprocess.Multiprocess):
    """Passes SIGHUP on to the workers, which then reload their manifests. uvicorn's own would replace the workers, and
    new ones would not know the documents of the former manifests."""

    def handle_hup(self) -> None:
        logger.info("Received SIGHUP: the workers read the manifests of operations anew.")
        for process in self.processes:
            if process.pid is not None and process.is_ready():  # the signal would end one that is still starting
                os.kill(process.pid, signal.SIGHUP)


def run_workers(config: Config, *, reload: bool) -> None:
    """Runs the workers of the configuration until they are to stop. `reload`: they have manifests to reload."""
    use_workers(Worker)
    supervisor = Supervisor if reload else multiprocess.Multiprocess
    supervisor(config, sockets=[config.bind_socket()]).run()
