"""The REST facade: the Ingest contract over the same commands and reads as GraphQL, for integrations written for it."""
