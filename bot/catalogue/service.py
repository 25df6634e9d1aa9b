"""The catalogue's public face: what other packages may call."""

from bot.catalogue.drafts import OfferDraft
from bot.catalogue.examples import load_demo
from bot.catalogue.facets import Facets, facets
from bot.catalogue.importing import Listed, add_offers, import_offers, list_offers
from bot.catalogue.indexing import count_lexemes
from bot.catalogue.life import (
    Saved,
    change_status,
    close_offer,
    expire_offers,
    is_available,
    load_offers,
    save_offers,
)
from bot.catalogue.reasons import reason_sentence
from bot.catalogue.relaxing import Relaxation, relaxation_label, relaxations
from bot.catalogue.search import Hit, SearchResult, search_offers

__all__ = [
    "Facets",
    "Hit",
    "Listed",
    "OfferDraft",
    "Relaxation",
    "Saved",
    "SearchResult",
    "add_offers",
    "change_status",
    "close_offer",
    "count_lexemes",
    "expire_offers",
    "facets",
    "import_offers",
    "is_available",
    "list_offers",
    "load_demo",
    "load_offers",
    "reason_sentence",
    "relaxation_label",
    "relaxations",
    "save_offers",
    "search_offers",
]
