"""The Telegram toolkit: what a message may hold, keyboards whose buttons survive a restart, texts per language."""
