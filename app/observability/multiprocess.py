"""Several workers share one socket, and whoever asks for the numbers reaches any of them: so each keeps its own in a
folder that all can read."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # what prometheus-client looks for when it is imported


@contextmanager
def shared_metrics_folder() -> Iterator[None]:
    """Gives the workers that are started meanwhile a folder for their numbers, unless the environment names one."""
    if METRICS_FOLDER in os.environ:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="gateway-metrics-") as folder:
        os.environ[METRICS_FOLDER] = folder
        try:
            yield
        finally:
            del os.environ[METRICS_FOLDER]
