"""The metrics of a gateway, as a program reads them."""

import httpx
from prometheus_client.parser import text_string_to_metric_families

LOCAL = {"Host": "localhost:8000"}  # to programs on this machine, that is
Numbers = dict[tuple[str, tuple[tuple[str, str], ...]], float]


async def numbers(http: httpx.AsyncClient) -> Numbers:
    """Every sample by its name and labels."""
    response = await http.get("/metrics", headers=LOCAL)
    assert response.status_code == 200, response.text
    return samples(response.text)


def samples(text: str) -> Numbers:
    families = text_string_to_metric_families(text)
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def of(found: Numbers, name: str, **labels: str) -> float:
    """One sample; 0 where there is none yet."""
    return found.get((name, tuple(sorted(labels.items()))), 0)


def labelled(found: Numbers, name: str) -> dict[str, float]:
    """The samples of a name by their labels, written out."""
    return {" ".join(value for _, value in labels): value for (own, labels), value in found.items() if own == name}
