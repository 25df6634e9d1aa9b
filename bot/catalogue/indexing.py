"""The search index of offers: what is computed from an offer when it is published, and taken away when it is not."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from pgvector import HalfVector
from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.catalogue.models import Offer, OfferLexeme, OfferSearch, OfferVector
from bot.catalogue.places import city_keys
from bot.catalogue.queries import COUNT_OF_LEXEMES, INDEXED_WORDS
from bot.catalogue.words import is_stop_word, spellings
from bot.kit.embedding import Embedder, Vector
from bot.vocabulary.cities import city_label, find_city
from bot.vocabulary.countries import country_name
from bot.vocabulary.fields import field_label
from bot.vocabulary.kinds import kind_label
from bot.vocabulary.programmes import programme_label
from bot.vocabulary.shelf import LANGUAGES
from bot.vocabulary.text import fold

# More sentences dilute the title.
_SENTENCES = 2
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+")
_BATCH = 256
# Raise it when the way of computing changes: every offer is then computed again.
_VERSION = "3"
# Languages whose descriptions are stemmed as English; others are stemmed as French, Escale's first language.
_ENGLISH = "en"


async def index_offers(session: AsyncSession, offers: Sequence[Offer], *, embedder: Embedder) -> int:
    """Make the index of these offers what they are now: published ones are in it, others are not.

    Offers need their ids and loaded places. Returns how many were computed; unchanged ones are left alone.
    """
    hidden = [offer.id for offer in offers if offer.status != "published"]
    if hidden:
        await session.execute(delete(OfferSearch).where(OfferSearch.offer_id.in_(hidden)))
    shown = [offer for offer in offers if offer.status == "published"]
    count = 0
    for first in range(0, len(shown), _BATCH):
        count += await _index_batch(session, shown[first : first + _BATCH], embedder)
    return count


async def count_lexemes(session: AsyncSession) -> None:
    """Count again in how many offers each word stands: after an import, and every night."""
    await session.execute(delete(OfferLexeme))
    await session.execute(COUNT_OF_LEXEMES)


def meaning_texts(offer: Offer) -> tuple[str, str]:
    """Return the two texts whose mean embedding stands for the offer: what it is, and what it is with first sentences.

    On 65 labelled requests in four languages, the title with its field found a right offer in the first five 98 times
    in 100, with two sentences 94; their mean keeps the first figure and depends less on how titles are worded.
    """
    sentences = _SENTENCE_END.split(" ".join(offer.description.split()))[:_SENTENCES]
    what = f"{offer.title}. {field_label(offer.field, offer.language)}."
    return what, f"{what} {' '.join(sentences)}"


def mean_vectors(embedder: Embedder, offers: Sequence[Offer]) -> list[Vector]:
    """Return the unit vector of each offer."""
    vectors = embedder.embed([text for offer in offers for text in meaning_texts(offer)])
    means = [first + second for first, second in zip(vectors[::2], vectors[1::2], strict=True)]
    return [mean / (float(np.linalg.norm(mean)) or 1.0) for mean in means]


async def _index_batch(session: AsyncSession, offers: Sequence[Offer], embedder: Embedder) -> int:
    hashes = {offer.id: _source_hash(offer) for offer in offers}
    rows = await session.execute(
        select(OfferVector.offer_id, OfferVector.source_hash).where(OfferVector.offer_id.in_(list(hashes)))
    )
    known = {row.offer_id: row.source_hash for row in rows}
    changed = [offer for offer in offers if known.get(offer.id) != hashes[offer.id]]
    if not changed:
        return 0
    await session.execute(delete(OfferSearch).where(OfferSearch.offer_id.in_([offer.id for offer in changed])))
    vectors = mean_vectors(embedder, changed)
    filters = [{**_filtered(offer), "bits": signs_text(vector)} for offer, vector in zip(changed, vectors, strict=True)]
    await session.execute(insert(OfferSearch), filters)
    embeddings = [
        {"offer_id": offer.id, "embedding": HalfVector(vector), "source_hash": hashes[offer.id]}
        for offer, vector in zip(changed, vectors, strict=True)
    ]
    await session.execute(insert(OfferVector), embeddings)
    await session.execute(INDEXED_WORDS, [{**_document(offer), "offer_id": offer.id} for offer in changed])
    return len(changed)


def vector_text(vector: Vector) -> str:
    """Return a vector as PostgreSQL reads it."""
    return "[" + ",".join(f"{number:.5f}" for number in vector.tolist()) + "]"


def signs_text(vector: Vector) -> str:
    """Return the signs of a vector as PostgreSQL reads a string of bits."""
    return "".join("1" if number > 0 else "0" for number in vector.tolist())


def _filtered(offer: Offer) -> dict[str, Any]:
    """Return what filters read of an offer."""
    keys = (key for place in offer.places if place.city for key in city_keys(place.city, place.country))
    return {
        "offer_id": offer.id,
        "kind": offer.kind,
        "field": offer.field,
        "deadline": offer.deadline,
        "start_from": offer.start_from,
        "start_until": offer.start_until,
        "duration_min": offer.duration_min,
        "duration_max": offer.duration_max,
        "age_min": offer.age_min,
        "age_max": offer.age_max,
        "open_to_minors": offer.open_to_minors,
        "programme": offer.programme,
        "countries": sorted({place.country for place in offer.places}),
        "levels": offer.levels,
        "city_keys": sorted(set(keys)),
        "spoken": [entry["code"] for entry in offer.languages],
        "organisation_key": fold(offer.organisation),
        "updated_on": offer.updated_at.date(),
    }


def _document(offer: Offer) -> dict[str, str]:
    """Return the folded texts of the index by weight; `names` are kept unstemmed too, for misspelt words."""
    cities = [name for place in offer.places if place.city for name in _city_names(place.city, place.country)]
    head = fold(" ".join([offer.title, offer.organisation, *cities]))
    return {
        "config": "escale_en" if offer.language == _ENGLISH else "escale_fr",
        "head": head,
        "names": " ".join(word for word in head.split() if not is_stop_word(word)),
        "labels": " ".join(_labels(offer)),
        "body": fold(f"{offer.description} {offer.how_to_apply}"),
    }


def _labels(offer: Offer) -> Iterable[str]:
    """Yield folded words for field, kind and countries in each language, and the programme's French name."""
    countries = dict.fromkeys(place.country for place in offer.places)
    if offer.programme:
        yield from fold(programme_label(offer.programme, "fr")).split()
    for language in LANGUAGES:
        names = [field_label(offer.field, language), kind_label(offer.kind, language)]
        names += [kind_label(offer.kind, language, is_plural=True)]
        names += [country_name(code, language) for code in countries]
        for name in names:
            yield from (form for word in fold(name).split() for form in spellings(word))


def _city_names(city: str, country: str) -> list[str]:
    known = find_city(city)
    if known is None or known.country != country:
        return [city]
    return list(dict.fromkeys([city, known.name, *(city_label(known, language) for language in LANGUAGES)]))


def _source_hash(offer: Offer) -> str:
    parts = [_VERSION, *meaning_texts(offer), *_document(offer).values(), *(str(v) for v in _filtered(offer).values())]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]
