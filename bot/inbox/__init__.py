"""What comes in: each update is a row and a job before it is acknowledged, and is answered once."""
