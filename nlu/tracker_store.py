"""Where Rasa keeps its conversations: in memory, bounded, and free to forget."""

from collections import OrderedDict
from typing import Any, Optional, Text

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker


class BoundedTrackerStore(InMemoryTrackerStore):
    """The last conversations, and the last events of each.

    The application owns the state of a conversation and sends it with each message, so nothing is lost when a
    conversation is forgotten here. Rasa's own in-memory store keeps every sender for ever, and a turn costs more for
    each earlier turn of its conversation.
    """

    def __init__(
        self,
        domain: Domain,
        host: Optional[Text] = None,
        event_broker: Optional[EventBroker] = None,
        conversations: int = 2000,
        events: int = 30,
        **kwargs: Any,
    ) -> None:
        """Keep at most `conversations` conversations of `events` events; `host` is what Rasa passes to every store."""
        super().__init__(domain, event_broker, **kwargs)
        self.store: "OrderedDict[Text, Text]" = OrderedDict()
        self._conversations = conversations
        self._events = events

    def init_tracker(self, sender_id: Text) -> DialogueStateTracker:
        """Return an empty conversation that forgets its oldest events."""
        return DialogueStateTracker(sender_id, self.domain.slots, max_event_history=self._events)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Save the conversation as the latest one, and forget those that nobody wrote in for longest."""
        await super().save(tracker)
        self.store.move_to_end(tracker.sender_id)
        while len(self.store) > self._conversations:
            self.store.popitem(last=False)
