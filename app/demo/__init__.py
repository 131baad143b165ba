"""The demonstration ledger: two tenants whose rows obey every rule, the same for the same seed and day."""
