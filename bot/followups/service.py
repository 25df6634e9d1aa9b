"""Kept offers' public face: what other packages may call."""

from bot.followups.queries import drop_offer, is_kept, keep_offer, kept_offers

__all__ = ["drop_offer", "is_kept", "keep_offer", "kept_offers"]
