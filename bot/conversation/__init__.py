"""One turn of conversation: from a stored update to the calls that answer it, in one transaction."""
