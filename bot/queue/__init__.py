"""Background work: procrastinate on the application's own PostgreSQL."""
