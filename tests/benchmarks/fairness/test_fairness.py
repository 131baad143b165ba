"""The benchmark of fairness runs: it is tried with little data, for a second."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.benchmarks.fairness.__main__ import main
from tests.benchmarks.fairness.attackers import ATTACKERS
from tests.benchmarks.fairness.attacking import head_and_body, mark

LITTLE = ("--database", "sqlite", "--accounts", "20", "--documents-per-account", "5")


def measured(folder: Path, *words: str) -> list[dict[str, Any]]:
    """What a run writes into its file."""
    file = folder / "measured.json"
    status = main([*LITTLE, "--json", str(file), *words])
    found: list[dict[str, Any]] = orjson.loads(file.read_bytes())
    assert status == (0 if all(one["fair"] for one in found) else 1)
    return found


def test_another_tenants_requests_are_measured_beside_an_attacker(tmp_path: Path) -> None:
    (found,) = measured(tmp_path, "--seconds", "1", "--only", "heads")
    assert (found["attacker"], found["database"], found["kind"]) == ("heads", "sqlite", "S")
    assert [found[when]["requests"] for when in ("alone", "beside")] == [20, 20]
    assert [found[when]["errors"] for when in ("alone", "beside")] == [0, 0]
    assert 0 < found["beside"]["p50"] <= found["beside"]["p99"]
    assert found["done"]["requests"] > 0
    assert found["done"]["answers"].keys() <= {"401 UNAUTHENTICATED", "431", "closed"}
    assert found["memory_peak"] >= found["memory_before"] > 0


def test_all_attackers_are_there_together_in_a_soak(tmp_path: Path) -> None:
    (found,) = measured(tmp_path, "--soak", "0.02", "--only", "heads", "--only", "comments")
    assert found["requests"] > 1
    assert found["peak"] >= found["after"] > 0
    assert found["full"] > 0


def test_an_attacker_that_is_not_known_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--only", "nobody"])
    assert "invalid choice: 'nobody'" in capsys.readouterr().err


def test_the_list_tells_what_each_attacker_tries(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    assert capsys.readouterr().out.splitlines() == [f"{name}: {one.tries}" for name, one in ATTACKERS.items()]


@pytest.mark.parametrize("name", ATTACKERS)
def test_the_announced_length_of_an_attackers_body_is_its_length(name: str) -> None:
    for call in ATTACKERS[name].calls():
        request = mark(head_and_body(call, "key"), 7).replace(b"NUMBER__", b"%016x" % 1)
        head, _, body = request.partition(b"\r\n\r\n")
        announced = int(head.partition(b"Content-Length: ")[2].partition(b"\r\n")[0])
        assert announced == len(body) + call.withheld
