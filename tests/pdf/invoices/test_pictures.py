"""The guide's pictures show what the template makes today."""

import pytest

from tests.pdf.invoices.pictures import FOLDER, PICTURES, comment, digest


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_was_drawn_from_the_template_and_the_data_of_today(name: str) -> None:
    assert comment(digest(PICTURES[name])) in (FOLDER / name).read_bytes(), "run python -m tests.pdf.invoices.pictures"
