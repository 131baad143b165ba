"""The dashboard asks for nothing that the gateway does not tell."""

import json
import re
from pathlib import Path
from typing import Any

import httpx

import app.observability
from app.rest_api.names import ROOT
from tests.gateway import Gateway
from tests.observability.numbers import LOCAL

DASHBOARD = Path(app.observability.__file__).parent / "grafana.json"
PAGE = Path(__file__).parents[2] / "app/guide/running-it.md"
OURS = re.compile(r"\bgateway_\w+")


def queries(part: Any) -> list[str]:
    """What the dashboard asks Prometheus, wherever it stands."""
    if isinstance(part, list):
        return [found for inner in part for found in queries(inner)]
    if not isinstance(part, dict):
        return []
    own = [part[name] for name in ("expr", "query") if isinstance(part.get(name), str)]
    return own + [found for inner in part.values() for found in queries(inner)]


async def told(http: httpx.AsyncClient) -> tuple[set[str], set[str]]:
    """The names of all samples, and of their families as Prometheus types them."""
    text = (await http.get("/metrics", headers=LOCAL)).text
    samples = {re.split(r"[{ ]", line)[0] for line in text.splitlines() if not line.startswith("#")}
    return samples, set(re.findall(r"^# TYPE (\S+)", text, re.MULTILINE))


async def busy(gateway: Gateway) -> None:
    """A request of each kind, so that every metric has a sample."""
    acme = await gateway.tenant()
    await acme.query("query Mine { tenant { name } }")
    await acme.run("{ nobody }")
    await gateway.http.get(f"{ROOT}/accounts/A")
    await gateway.http.get("/api/v1/bulk/accounts", headers=acme.headers)
    ndjson = {"content-type": "application/x-ndjson"}
    await gateway.http.post("/api/v1/bulk/imports", content=b"{}\n", headers=acme.headers | ndjson)


async def test_every_metric_that_it_queries_is_told_and_every_metric_that_is_told_is_shown(gateway: Gateway) -> None:
    await busy(gateway)
    samples, families = await told(gateway.http)
    asked = {name for query in queries(json.loads(DASHBOARD.read_text())) for name in OURS.findall(query)}

    assert asked - samples == set()
    shown = {re.sub("_(bucket|count|sum)$", "", name) for name in asked}
    assert shown == families


async def test_each_panel_has_a_place_of_its_own() -> None:
    panels = json.loads(DASHBOARD.read_text())["panels"]

    cells = [
        (x, y)
        for place in (panel["gridPos"] for panel in panels)
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) == 23
    assert len({panel["id"] for panel in panels}) == len(panels)


async def test_the_guide_lists_exactly_the_metrics_that_are_told(gateway: Gateway) -> None:
    await busy(gateway)
    _, families = await told(gateway.http)
    section = PAGE.read_text().partition("\n## Logs, metrics and traces\n")[2].partition("\n## ")[0]

    assert set(re.findall(r"^\| `(gateway_\w+)`", section, re.MULTILINE)) == families
