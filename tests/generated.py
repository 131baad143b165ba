"""What is derived and committed, and its check: schema.graphql, and the guide's tables of fields and settings.

`python -m tests.generated` writes them, `--check` fails where they are not what the code makes.
"""

import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from strawberry.utils.str_converters import to_camel_case

from app.domain.catalogue.closure import CLOSURE
from app.domain.enums import PRODUCT_TITLES, Product, Requirement, Resource
from app.domain.fields import Field
from app.domain.resources import RESOURCES
from app.graphql_api.schema.schema import sdl
from app.settings import PREFIX, Settings

ROOT = Path(__file__).parent.parent
GUIDE = ROOT / "app/guide"
MARKS = {
    Requirement.REQUIRED: "required",
    Requirement.CONDITIONAL: "conditional",
    Requirement.OPTIONAL: "read",
    Requirement.NOT_READ: "",
}


def table(head: Sequence[str], rows: Iterator[Sequence[str]]) -> str:
    lines: list[Sequence[str]] = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def field_rows(fields: Sequence[Field], prefix: str = "") -> Iterator[Sequence[str]]:
    """A row for each field, an object's parts after it."""
    for field in fields:
        shown = prefix + to_camel_case(field.name)
        meaning = field.meaning + (f" Required when {field.when}." if field.when else "")
        uses = [MARKS[field.base], *(MARKS[field.use(product)] for product in Product)]
        yield [f"`{shown}`", field.part_type or field.kind.value, *uses, meaning]
        yield from field_rows(field.parts, f"{shown}.")


def field_tables() -> str:
    """Every resource's fields, folded away, with what the endpoint and each product make of them."""
    head = ["Field", "Type", "Endpoint", *PRODUCT_TITLES.values(), "Meaning"]
    sections: dict[str, tuple[Field, ...]] = {
        **{resource: RESOURCES[resource].fields for resource in Resource},
        "closure": CLOSURE,
    }
    return "\n\n".join(
        f"<details>\n<summary><b>{name.capitalize()}</b>: {len(fields)} fields</summary>\n\n"
        f"{table(head, field_rows(fields))}\n\n</details>"
        for name, fields in sections.items()
    )


def setting_table() -> str:
    rows = (
        [f"`{PREFIX}{name.upper()}`", f"`{field.default}`" if field.default != "" else "", field.description or ""]
        for name, field in Settings.model_fields.items()
    )
    return table(["Variable", "Default", "Meaning"], rows)


def with_section(page: Path, name: str, content: str) -> str:
    """The page with new content between the two comments that name the section."""
    text = page.read_text()
    begin, end = f"<!-- generated: {name} -->", "<!-- end -->"
    found = re.search(f"{re.escape(begin)}.*?{re.escape(end)}", text, re.DOTALL)
    if not found:
        raise SystemExit(f"{page.name} has no section '{begin}' … '{end}'.")
    return text[: found.start()] + f"{begin}\n\n{content}\n\n{end}" + text[found.end() :]


def generated() -> dict[Path, str]:
    """The files as the code makes them."""
    fields, settings = GUIDE / "products-and-fields.md", GUIDE / "running-it.md"
    return {
        ROOT / "schema.graphql": sdl(),
        fields: with_section(fields, "fields", field_tables()),
        settings: with_section(settings, "settings", setting_table()),
    }


def main() -> None:
    for path, content in generated().items():
        if "--check" not in sys.argv:
            path.write_text(content)
        elif path.read_text() != content:
            raise SystemExit(f"{path.name} is not what the code makes: run make generate.")


if __name__ == "__main__":
    main()
