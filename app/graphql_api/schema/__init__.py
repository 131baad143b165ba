"""What the schema is: its types, inputs, queries and mutations."""
