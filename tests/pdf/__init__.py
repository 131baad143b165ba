"""Tests of what is made of pushed PDFs."""
