"""The SQL of the search: two statements for most searches, a third for a wide one over a large catalogue.

1. `WORDS`: how common each word of the request is, and what a misspelt one may stand for;
2. `EXACT`: when the filters leave few offers, every one of them is scored;
3. `NEAREST`: otherwise the nearest by meaning (HNSW, scanned on until enough pass the filters) and the best by words.

All texts are constant; values are bound.
"""

from __future__ import annotations

from sqlalchemy import TextClause, text

from bot.catalogue.filters import passes

# Up to here every offer that passes the filters is scored; beyond, indexes choose (measured in benchmarks/search.py).
MOST_SCORED = 3000
# How many offers each way of ranking brings to the fusion.
DEPTH = 200

# Custom plans: the best plan depends on how many offers pass the filters. All of it lasts one transaction.
SETTINGS = text(
    "SELECT set_config('plan_cache_mode', 'force_custom_plan', true), set_config('jit', 'off', true),"
    " set_config('hnsw.iterative_scan', 'relaxed_order', true), set_config('hnsw.ef_search', '200', true),"
    " set_config('pg_trgm.word_similarity_threshold', '0.5', true)"
)

INDEXED_DOCUMENT = text("""
WITH document AS (
  SELECT setweight(to_tsvector('escale_fr', :head) || to_tsvector('escale_en', :head)
                   || to_tsvector('simple', :names), 'A')
      || setweight(to_tsvector('escale_fr', :labels) || to_tsvector('escale_en', :labels), 'B')
      || setweight(to_tsvector(CAST(:config AS regconfig), :body), 'C') AS vector
), known AS (
  INSERT INTO offer_lexeme (lexeme, offers, is_name)
  SELECT lexeme, 0, 'A' = ANY(weights) FROM document, unnest(vector) AS each(lexeme, positions, weights)
  WHERE length(lexeme) <= 60 ORDER BY lexeme ON CONFLICT DO NOTHING
)
INSERT INTO offer_search (offer_id, search_vector, embedding, source_hash)
SELECT :offer_id, vector, CAST(:embedding AS halfvec), :source_hash FROM document
""")

COUNT_OF_LEXEMES = text("""
INSERT INTO offer_lexeme (lexeme, offers, is_name)
SELECT word, counted.ndoc, name.word IS NOT NULL
FROM ts_stat('SELECT search_vector FROM offer_search') AS counted
LEFT JOIN ts_stat('SELECT search_vector FROM offer_search', 'a') AS name USING (word)
WHERE length(word) <= 60
""")

# A word is searched stemmed in French, stemmed in English, and as it stands. `offers` is NULL when no offer holds it.
WORDS = text("""
SELECT asked.word, asked.query, known.offers, near.lexemes, near.commonness
FROM (
  SELECT word, rank, CAST(to_tsquery('escale_fr', word) || to_tsquery('escale_en', word)
                          || to_tsquery('simple', word) AS text) AS query,
    to_tsvector('escale_fr', word) || to_tsvector('escale_en', word) || to_tsvector('simple', word) AS vector
  FROM unnest(CAST(:words AS text[])) WITH ORDINALITY AS given(word, rank)
) AS asked
CROSS JOIN LATERAL (
  SELECT max(offers) AS offers FROM offer_lexeme WHERE lexeme = ANY(tsvector_to_array(asked.vector))
) AS known
LEFT JOIN LATERAL (
  SELECT array_agg(lexeme) AS lexemes, array_agg(offers) AS commonness FROM (
    SELECT lexeme, offers FROM offer_lexeme WHERE known.offers IS NULL AND is_name AND lexeme % asked.word
    ORDER BY similarity(lexeme, asked.word) DESC, offers DESC, lexeme LIMIT 5) AS candidate
) AS near ON true
ORDER BY asked.rank
""")

# How well the offer's words answer: each word's ts_rank (0.61 in a title, 0.24 in a label, 0.12 in a description, a
# little more when repeated) times its rarity.
_WORDS_SCORE = """
  CASE WHEN s.search_vector @@ CAST(:query AS tsquery) THEN (
    SELECT sum(asked.rarity * ts_rank(s.search_vector, asked.query))
    FROM unnest(CAST(:queries AS tsquery[]), CAST(:rarities AS float8[])) AS asked(query, rarity)
    WHERE s.search_vector @@ asked.query) ELSE 0 END
"""

# What fusion and reasons need of the offers in `scored`.
_DETAILS = """
SELECT scored.offer_id, scored.meaning, scored.words, o.title, o.organisation, o.field, o.countries, o.city_keys,
  o.start_from, o.start_until, o.duration_min, o.duration_max, o.deadline, o.languages, o.programme, o.updated_at,
  CASE WHEN scored.words > 0 THEN (
    SELECT array_agg(asked.rank - 1 ORDER BY asked.rank)
    FROM unnest(CAST(:queries AS tsquery[])) WITH ORDINALITY AS asked(query, rank)
    JOIN offer_search found ON found.offer_id = scored.offer_id
    WHERE found.search_vector @@ asked.query) END AS matched
FROM {source} AS scored JOIN offer o ON o.id = scored.offer_id
"""

_MEANING = """
  CASE WHEN CAST(:vector AS text) IS NULL THEN 0 ELSE 1 - (s.embedding <=> CAST(:vector AS halfvec(512))) END
"""


def _text(template: str, **parts: object) -> TextClause:
    for name, part in parts.items():
        template = template.replace(f"<{name}>", str(part))
    return text(template)


# `passing` counts the offers that pass, up to MOST_SCORED + 1; when more do, there is one row and nothing else in it.
EXACT = _text(
    """
WITH passing AS MATERIALIZED (
  SELECT o.id FROM offer o WHERE <passes> ORDER BY o.id DESC LIMIT <most> + 1
), counted AS MATERIALIZED (
  SELECT count(*) AS passing FROM passing
), scored AS MATERIALIZED (
  SELECT s.offer_id, <meaning> AS meaning, <words> AS words
  FROM passing JOIN offer_search s ON s.offer_id = passing.id WHERE (SELECT passing FROM counted) <= <most>
), best AS (
  (SELECT * FROM scored ORDER BY meaning DESC, offer_id DESC LIMIT <depth>)
  UNION (SELECT * FROM scored WHERE words > 0 ORDER BY words DESC, offer_id LIMIT <depth>)
)
SELECT counted.passing, details.* FROM counted LEFT JOIN (<details>) AS details ON true
""",
    passes=passes(),
    meaning=_MEANING,
    words=_WORDS_SCORE,
    details=_DETAILS.format(source="best"),
    most=MOST_SCORED,
    depth=DEPTH,
)

_BY_MEANING = """
  SELECT s.offer_id FROM offer_search s JOIN offer o ON o.id = s.offer_id WHERE <passes>
  ORDER BY s.embedding <=> CAST(:vector AS halfvec(512)) LIMIT <depth>
"""

_BY_WORDS = """
  SELECT s.offer_id FROM offer_search s JOIN offer o ON o.id = s.offer_id
  WHERE s.search_vector @@ CAST(:query AS tsquery) AND <passes>
  ORDER BY <words> DESC, s.offer_id LIMIT <depth>
"""

_NEWEST = """
  SELECT o.id AS offer_id FROM offer o JOIN offer_search s ON s.offer_id = o.id
  WHERE <passes> ORDER BY o.id DESC LIMIT <depth>
"""

_CHOSEN = """
WITH chosen AS MATERIALIZED (
  <ways>
), scored AS MATERIALIZED (
  SELECT s.offer_id, <meaning> AS meaning, <words> AS words
  FROM (SELECT DISTINCT offer_id FROM chosen) AS each JOIN offer_search s ON s.offer_id = each.offer_id
)
<details>
"""


def _chosen(*ways: str) -> TextClause:
    return _text(
        _CHOSEN,
        ways=" UNION ALL ".join(f"({way})" for way in ways),
        details=_DETAILS.format(source="scored"),
        meaning=_MEANING,
        words=_WORDS_SCORE,
        passes=passes(),
        depth=DEPTH,
    )


NEAREST = _chosen(_BY_MEANING, _BY_WORDS)
NEAREST_BY_MEANING = _chosen(_BY_MEANING)
NEWEST = _chosen(_NEWEST)
