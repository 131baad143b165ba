"""The demonstration ledger: two make-believe tenants whose rows obey every rule, the same for the same seed and day."""
