"""Steps from one schema to the next, run by alembic; the database is backed up before."""
