"""Every model of the product, imported so that one metadata holds all tables."""

import bot.alerts.models
import bot.campaigns.models
import bot.catalogue.models
import bot.chat.models
import bot.conversation.models
import bot.deliveries.models
import bot.followups.models
import bot.inbox.models
import bot.knowledge.models
import bot.outbox.models
import bot.profiles.models
import bot.queue.models
import bot.transcripts.models
from bot.db.models import Base

__all__ = ["Base", "bot"]
