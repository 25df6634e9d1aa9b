"""People: where they write from, their language, and whether they can still be reached."""
