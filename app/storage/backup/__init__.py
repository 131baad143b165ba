"""Backup and restore of a whole database with its PDFs."""
