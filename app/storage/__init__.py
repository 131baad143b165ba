"""Rows: tables, engines, migrations, and the one door to a tenant's rows. Does not know who asks or why."""
