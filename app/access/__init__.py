"""Who is asking: from an API key to a Caller, for every facade; and the making of tenants and keys."""
