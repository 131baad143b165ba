"""Reads and joins PDFs, in processes of its own: nothing else of the project parses what others sent as one."""
