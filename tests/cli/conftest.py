import os
from pathlib import Path

import pytest

from tests.cli.command_line import CommandLine


@pytest.fixture
def env(database_url: str) -> dict[str, str]:
    return {"GATEWAY_DATABASE_URL": database_url}


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> CommandLine:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("GATEWAY_")]:
        monkeypatch.delenv(name)
    return CommandLine(monkeypatch, capsys)
