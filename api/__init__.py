"""Open data over HTTP: the same views as the pages, as files."""
