"""The bytes of PDFs: the object store, and the leases that keep a blob from collection while it is in use."""
