"""PostgreSQL: the engine, sessions, the embedded server, and what every model shares."""
