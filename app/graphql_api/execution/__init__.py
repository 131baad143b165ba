"""How an operation is answered: parse, limit, coerce, plan, run."""
