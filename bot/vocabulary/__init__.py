"""Controlled vocabularies of mobility: codes, labels in four languages, and the words people say for them."""
