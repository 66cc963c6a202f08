"""The embedded store: a Valkey server of our own on a folder, its files, its diagnosis, its backup."""
