"""The SQL of the search: two statements for most searches, a third for a wide one over a large catalogue.

1. `words_statement`: how common each word of the request is, and what a misspelt one may stand for;
2. `exact_statement`: when the filters leave few offers, every one of them is scored;
3. `nearest_statement`: otherwise the nearest by meaning (HNSW, scanned on until enough pass the filters) and the best
   by words are scored.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from pgvector.sqlalchemy import HALFVEC
from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    Text,
    bindparam,
    case,
    cast,
    func,
    literal,
    null,
    select,
    text,
    true,
    union,
)
from sqlalchemy.dialects.postgresql import array

from bot.catalogue.criteria import Criteria
from bot.catalogue.filters import conditions
from bot.catalogue.models import Offer, OfferSearch
from bot.kit.embedding import DIMENSIONS

# Up to here every offer that passes the filters is scored; beyond, indexes choose (measured in benchmarks/search.py).
MOST_SCORED = 3000
# What each way of ranking brings to the fusion.
DEPTH = 200

# Custom plans: the best plan depends on how many offers pass the filters. All of it lasts one transaction.
SETTINGS = text(
    "SELECT set_config('plan_cache_mode', 'force_custom_plan', true), set_config('jit', 'off', true),"
    " set_config('hnsw.iterative_scan', 'relaxed_order', true), set_config('hnsw.ef_search', '200', true),"
    " set_config('pg_trgm.word_similarity_threshold', '0.5', true)"
)

INDEXED_DOCUMENT = """
WITH document AS (
  SELECT setweight(to_tsvector('escale_fr', :head) || to_tsvector('escale_en', :head)
                   || to_tsvector('simple', :names), 'A')
      || setweight(to_tsvector('escale_fr', :labels) || to_tsvector('escale_en', :labels), 'B')
      || setweight(to_tsvector(CAST(:config AS regconfig), :body), 'C') AS vector
), known AS (
  INSERT INTO offer_lexeme (lexeme, offers)
  SELECT lexeme, 0 FROM document, unnest(tsvector_to_array(vector)) AS lexeme WHERE length(lexeme) <= 60
  ORDER BY lexeme ON CONFLICT DO NOTHING
)
INSERT INTO offer_search (offer_id, search_vector, embedding, source_hash)
SELECT :offer_id, vector, CAST(:embedding AS halfvec), :source_hash FROM document
"""

COUNT_OF_LEXEMES = """
INSERT INTO offer_lexeme (lexeme, offers)
SELECT word, ndoc FROM ts_stat('SELECT search_vector FROM offer_search') WHERE length(word) <= 60
"""

_WORDS = text("""
SELECT asked.word, known.offers, near.lexemes
FROM unnest(CAST(:words AS text[])) WITH ORDINALITY AS asked(word, rank)
CROSS JOIN LATERAL (
  SELECT max(offers) AS offers FROM offer_lexeme WHERE lexeme = ANY(tsvector_to_array(
    to_tsvector('escale_fr', asked.word) || to_tsvector('escale_en', asked.word) || to_tsvector('simple', asked.word)))
) AS known
LEFT JOIN LATERAL (
  SELECT array_agg(lexeme) AS lexemes FROM (
    SELECT lexeme FROM offer_lexeme WHERE known.offers IS NULL AND lexeme % asked.word
    ORDER BY similarity(lexeme, asked.word) DESC, offers DESC, lexeme LIMIT 5) AS candidate
) AS near ON true
ORDER BY asked.rank
""")


def words_statement() -> Any:
    """Return the statement that looks the words of a request up; binds `words`.

    Rows: word, offers (None when no offer holds it), lexemes (what it may be a misspelling of).
    """
    return _WORDS


def exact_statement(criteria: Criteria, today: date, *, has_meaning: bool, words: Sequence[str]) -> Select[Any]:
    """Return the statement that scores every offer passing the filters.

    Its rows hold `passing`, the number of offers that pass, counted up to `MOST_SCORED` + 1; when more pass there is
    one row and it holds nothing else.
    """
    passing = (
        select(Offer.id).where(*conditions(criteria, today)).order_by(Offer.id.desc()).limit(MOST_SCORED + 1)
    ).cte("passing")
    count = select(func.count().label("passing")).select_from(passing).cte("counted")
    scored = (
        select(OfferSearch.offer_id, _meaning(has_meaning).label("meaning"), _words(words).label("words"))
        .join(passing, passing.c.id == OfferSearch.offer_id)
        .where(select(count.c.passing).scalar_subquery() <= MOST_SCORED)
    ).cte("scored")
    best = _best(scored, has_words=bool(words))
    details = _details(best, words).subquery("details")
    return select(count.c.passing, *details.c).select_from(count).outerjoin(details, true())


def nearest_statement(criteria: Criteria, today: date, *, has_meaning: bool, words: Sequence[str]) -> Select[Any]:
    """Return the statement that scores the nearest offers by meaning and the best by words."""
    passes = conditions(criteria, today)
    base = select(OfferSearch.offer_id).join(Offer, Offer.id == OfferSearch.offer_id).where(*passes)
    if has_meaning:
        nearest = base.order_by(OfferSearch.embedding.cosine_distance(_vector())).limit(DEPTH)
    else:
        nearest = base.order_by(OfferSearch.offer_id.desc()).limit(DEPTH)
    found = [select(nearest.subquery("nearest").c.offer_id)]
    if words:
        matching = base.where(OfferSearch.search_vector.op("@@")(_query(words)))
        ranked = matching.order_by(_words(words).desc(), OfferSearch.offer_id).limit(DEPTH)
        found.append(select(ranked.subquery("matching").c.offer_id))
    ids = union(*found).cte("found")
    scored = (
        select(OfferSearch.offer_id, _meaning(has_meaning).label("meaning"), _words(words).label("words")).join(
            ids, ids.c.offer_id == OfferSearch.offer_id
        )
    ).cte("scored")
    return _details(scored, words)


def _best(scored: CTE, *, has_words: bool) -> CTE:
    by_meaning = select(scored).order_by(scored.c.meaning.desc(), scored.c.offer_id.desc()).limit(DEPTH)
    if not has_words:
        return by_meaning.cte("best")
    by_words = select(scored).where(scored.c.words > 0).order_by(scored.c.words.desc(), scored.c.offer_id).limit(DEPTH)
    return union(select(by_meaning.subquery()), select(by_words.subquery())).cte("best")


def _details(scored: CTE, words: Sequence[str]) -> Select[Any]:
    """Return what fusion and reasons need of each scored offer."""
    return select(
        scored.c.offer_id,
        scored.c.meaning,
        scored.c.words,
        _matched(scored, words).label("matched"),
        Offer.title,
        Offer.organisation,
        Offer.field,
        Offer.countries,
        Offer.city_keys,
        Offer.start_from,
        Offer.start_until,
        Offer.duration_min,
        Offer.duration_max,
        Offer.deadline,
        Offer.languages,
        Offer.programme,
        Offer.updated_at,
    ).join(Offer, Offer.id == scored.c.offer_id)


def _matched(scored: CTE, words: Sequence[str]) -> ColumnElement[Any]:
    """Return the numbers of the words that the offer holds, as an array."""
    if not words:
        return null()
    each = [
        case((OfferSearch.search_vector.op("@@")(_query([word])), literal(rank)), else_=null())
        for rank, word in enumerate(words)
    ]
    return (
        select(func.array_remove(array(each), null()))
        .where(OfferSearch.offer_id == scored.c.offer_id, scored.c.words > 0)
        .scalar_subquery()
    )


def _meaning(has_meaning: bool) -> ColumnElement[Any]:
    return (1 - OfferSearch.embedding.cosine_distance(_vector())) if has_meaning else literal(0.0)


def _vector() -> ColumnElement[Any]:
    return cast(bindparam("vector", type_=Text()), HALFVEC(DIMENSIONS))


def _words(words: Sequence[str]) -> ColumnElement[Any]:
    if not words:
        return literal(0.0)
    query = _query(words)
    # 1: divided by 1 + log(length), so that long descriptions do not win by length.
    rank = func.ts_rank(OfferSearch.search_vector, query, 1)
    return case((OfferSearch.search_vector.op("@@")(query), rank), else_=0.0)


def _query(words: Sequence[str]) -> ColumnElement[Any]:
    """Any of the words, stemmed in French, in English, and as it stands. Folded words hold letters and digits only."""
    joined = " | ".join(words)
    parts = [func.to_tsquery(config, joined) for config in ("escale_fr", "escale_en", "simple")]
    return parts[0].op("||")(parts[1]).op("||")(parts[2])
