"""The server: composition root, settings, routes, streams, worker, command line, pages."""
