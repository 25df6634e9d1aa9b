"""Fixtures of this folder's tests."""

from tests.fixtures.telegram import bot, double, fake

__all__ = ["bot", "double", "fake"]
