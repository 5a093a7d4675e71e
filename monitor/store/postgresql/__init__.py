"""What only PostgreSQL does; psycopg is known here."""
