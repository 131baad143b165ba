"""The text of an operation to a document, by the grammar of the published specification. graphql-core takes drafts of
it, too, and with them empty selection sets, with which a mutation would write and show nothing of it."""

from graphql import DocumentNode, Source, parse


def parse_document(source: str | Source, max_tokens: int | None = None) -> DocumentNode:
    """Raises GraphQLSyntaxError."""
    return parse(source, max_tokens=max_tokens, allow_empty_selection_sets=False)
