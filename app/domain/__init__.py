"""The rules of accounts receivable: no I/O, no SQL, no HTTP, no GraphQL."""
