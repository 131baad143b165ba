"""Tests of the pages for people: the README, the guide and those in .github."""
