"""The query editor in the browser: GraphiQL's sources, their build, and the page and files as the server sends them."""
