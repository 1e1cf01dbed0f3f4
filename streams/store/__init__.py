"""The database: its tables, commits that only their owner can make, SQLite for one process and PostgreSQL for many."""
