"""Tests of the documents: what they say of the code is true."""
