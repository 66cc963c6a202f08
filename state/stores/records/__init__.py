"""What outlives a session, in a SQL database: SQLite in the data folder, PostgreSQL by URL."""
