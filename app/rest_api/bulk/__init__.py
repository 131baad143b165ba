"""Bulk: many rows in by imports, and everything out again by exports."""
