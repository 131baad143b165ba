"""The field catalogue: every field of every resource, written once as literal data, a file for each resource. The table
of resources, `app.domain.resources`, has them all.

Validation, input types, REST bodies, schema descriptions and the guide's tables are built from it; it knows none of
them.
"""
