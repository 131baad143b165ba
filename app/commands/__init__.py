"""Writes: one function for each thing a caller may change. Each checks, decides and writes in one transaction."""
