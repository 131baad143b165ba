"""`python -m app.cli`, as `ingest-gateway`."""

from app.cli.main import main

main()
