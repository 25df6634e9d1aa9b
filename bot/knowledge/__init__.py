"""Sourced answers: programmes, funding, papers, visas, courses, trades and help lines, with source and date."""
