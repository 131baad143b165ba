"""The OpenAPI description of the REST facade, made from the catalogue; it describes and decides nothing."""
