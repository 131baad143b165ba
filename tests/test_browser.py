"""Without a Chromium the tests of pages are skipped on a developer's machine, and fail where one is required."""

import pytest

from tests.browser import REQUIRED, open_chromium

MISSING = "^NO CHROMIUM FOUND: none of chromium, chromium-browser, google-chrome is on PATH"


@pytest.mark.parametrize(("required", "outcome"), [("", pytest.skip.Exception), ("1", pytest.fail.Exception)])
async def test_a_missing_chromium_skips_or_fails(
    monkeypatch: pytest.MonkeyPatch, required: str, outcome: type[BaseException]
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv(REQUIRED, required)

    with pytest.raises(outcome, match=MISSING):
        async with open_chromium():
            pass
