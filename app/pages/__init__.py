"""The pages for people: the sources of GraphiQL and of the REST documentation, their one build, and how the server
sends them. It knows neither facade; each offers its page where people look for it."""
