"""Where PDFs are kept, by setting and by default, and what a running server leaves behind."""

import time
from pathlib import Path

import httpx
import pytest

from app.settings import InvalidSetting, Settings, load_settings
from tests.pdfs import pdf
from tests.rest_api.world import ACCOUNT, DOCUMENT
from tests.servers import RunningServer, ServerError, gateway_cli

POSTGRES = "postgresql+asyncpg://someone@localhost/gateway"


def test_blobs_lie_beside_the_sqlite_file_or_in_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert Settings(database_url="sqlite+aiosqlite:////var/lib/gateway.db").blobs == "file:///var/lib/blobs"
    assert Settings(database_url="sqlite+aiosqlite:///data/gateway.db").blobs == f"{tmp_path.as_uri()}/data/blobs"
    assert Settings(database_url=POSTGRES).blobs == f"{tmp_path.as_uri()}/blobs"
    assert Settings(database_url=POSTGRES, blob_url="s3://bucket/prefix").blobs == "s3://bucket/prefix"


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("BLOB_URL", "/var/lib/blobs", "must begin with file:///, memory:/// or s3://."),
        ("BLOB_URL", "https://bucket.example.com", "must begin with file:///, memory:/// or s3://."),
        ("BLOB_URL", "file:///", "must name a folder, as in file:///var/lib/gateway/blobs."),
        ("BLOB_URL", "s3:///prefix", "must name a bucket, as in s3://bucket/prefix."),
        ("BLOB_ENDPOINT", "storage.example.com", "must be an address such as https://gateway.example.com."),
        ("PUBLIC_URL", "https://", "must be an address such as https://gateway.example.com."),
        ("MAX_PDF_BYTES", "1", "Input should be greater than or equal to 1024."),
        ("MAX_PDF_PAGES", "0", "Input should be greater than or equal to 1."),
    ],
)
def test_a_wrong_setting_is_told_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(f"GATEWAY_{name}", value)

    with pytest.raises(InvalidSetting) as wrong:
        load_settings()

    assert str(wrong.value) == f"GATEWAY_{name}={value!r}: {sentence}"


def test_several_workers_do_not_start_with_pdfs_in_memory(tmp_path: Path, postgres_url: str) -> None:
    env = {"GATEWAY_DATABASE_URL": postgres_url, "GATEWAY_BLOB_URL": "memory:///"}

    with pytest.raises(ServerError, match=r"Several workers cannot share PDFs in memory\. Set GATEWAY_BLOB_URL"):
        gateway_cli("serve", "--port", "0", "--workers", "2", env=env, folder=tmp_path)


@pytest.mark.parametrize("end", ["terminate", "kill"])
def test_a_server_keeps_its_pdfs_over_a_restart_and_leaves_no_process_behind(
    tmp_path: Path, sqlite_url: str, end: str
) -> None:
    env = {"GATEWAY_DATABASE_URL": sqlite_url}
    key = tenant_key(env, tmp_path)
    with RunningServer(env, tmp_path) as server:
        path = pushed(server.url, key)
        children = children_of(server.pid)
        getattr(server, end)()
        wait_for_the_end_of(children)
        server.start()
        content = httpx.get(server.url + path, headers={"X-API-Key": key}, trust_env=False).content

    assert content == pdf("one")
    assert (tmp_path / "blobs").is_dir()
    assert len(children) == 1


def tenant_key(env: dict[str, str], folder: Path) -> str:
    printed = gateway_cli("tenants", "create", "acme", "--json", env=env, folder=folder)
    return str(httpx.Response(200, text=printed).json()["apiKey"])


def pushed(url: str, key: str) -> str:
    """The address of a PDF, just pushed."""
    root = "/api/v1/ingest"
    with httpx.Client(base_url=url, headers={"X-API-Key": key}, trust_env=False) as http:
        http.put(f"{root}/accounts/ACCT-001", json=ACCOUNT).raise_for_status()
        http.put(f"{root}/documents/INV-001", json=DOCUMENT).raise_for_status()
        asked = http.post("/graphql", json={"query": "{ tenant { connectionId } }"}).json()
        path = f"/api/v1/pdf-ingestion/pdf/{asked['data']['tenant']['connectionId']}/ingest_documents/INV-001"
        answer = http.post(path, content=pdf("one"), headers={"Content-Type": "application/pdf"}).json()
    return f"{root}/documents/INV-001/attachments/{answer['id']}"


def children_of(pid: int) -> list[Path]:
    return [Path("/proc", child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def wait_for_the_end_of(processes: list[Path]) -> None:
    for _ in range(100):
        if not any(runs(process) for process in processes):
            return
        time.sleep(0.05)
    raise AssertionError("a process outlived its server")


def runs(process: Path) -> bool:
    try:
        return " Z " not in (process / "stat").read_text()
    except FileNotFoundError:
        return False
