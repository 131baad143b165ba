"""Metrics of several workers: they share one socket, and /metrics may reach any of them, so each writes its metrics
into a folder that all can read."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # the variable that prometheus-client reads when it is imported


@contextmanager
def shared_metrics_folder() -> Iterator[None]:
    """A folder for the metrics of the workers that are started within, unless the environment names one."""
    if METRICS_FOLDER in os.environ:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="gateway-metrics-") as folder:
        os.environ[METRICS_FOLDER] = folder
        try:
            yield
        finally:
            del os.environ[METRICS_FOLDER]
