"""The types of the schema, by name: `declare` puts them here, and their annotations are read with these names."""
