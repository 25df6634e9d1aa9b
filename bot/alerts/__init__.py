"""Saved searches: new offers that fit are told to the people who asked, at their rhythm."""
