"""The Telegram toolkit: what a message may hold, keyboards whose buttons survive a restart, the bot's own account."""
