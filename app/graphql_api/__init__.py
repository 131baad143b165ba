"""The GraphQL facade: translates requests to commands and selections, and rows to answers. The only importer of
strawberry and graphql-core."""
