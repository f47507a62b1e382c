"""The bank's own files: accounts, and if it has them, their statements and payments."""
