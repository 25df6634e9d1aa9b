"""What goes out: each call to Telegram is a row written with its cause, sent by one sender a bot."""
