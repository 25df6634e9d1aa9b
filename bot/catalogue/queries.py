"""The SQL of the search: two statements for each search, all of constant text with bound values.

1. `WORDS`: how common each word of the request is, and what a misspelt one may stand for.
2. `NARROW`, when a filter tells offers apart: every offer that passes is compared by the signs of its embedding, and
   the nearest by the embedding itself; or `WIDE`, when most offers pass: an HNSW index on the signs finds the nearest.
   Both add the best offers by words. Comparing signs first is pgvector's "binary quantization with re-ranking".
"""

from __future__ import annotations

from sqlalchemy import TextClause, text

from bot.catalogue.filters import passes

# How many offers each way of ranking brings to the fusion.
DEPTH = 200
# How many are taken by signs to be compared by embedding: on 60,000 recombined offers and the labelled requests, 97 in
# 100 of the true first five are among them.
NEAREST_BY_SIGNS = 400
# `WIDE` counts no further.
MOST_COUNTED = 3000

# Custom plans: the best plan depends on how many offers pass the filters. Random pages at their price in memory, where
# the index is. All of it lasts one transaction.
SETTINGS = text(
    "SELECT set_config('plan_cache_mode', 'force_custom_plan', true), set_config('jit', 'off', true),"
    " set_config('hnsw.iterative_scan', 'relaxed_order', true), set_config('hnsw.ef_search', '400', true),"
    " set_config('max_parallel_workers_per_gather', '0', true), set_config('random_page_cost', '1.1', true),"
    " set_config('pg_trgm.word_similarity_threshold', '0.5', true)"
)

INDEXED_WORDS = text("""
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
INSERT INTO offer_words (offer_id, vector) SELECT :offer_id, vector FROM document
""")

COUNT_OF_LEXEMES = text("""
INSERT INTO offer_lexeme (lexeme, offers, is_name)
SELECT word, counted.ndoc, name.word IS NOT NULL
FROM ts_stat('SELECT vector FROM offer_words') AS counted
LEFT JOIN ts_stat('SELECT vector FROM offer_words', 'a') AS name USING (word)
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
_MATCHING = """
  SELECT w.offer_id, (
    SELECT sum(asked.rarity * ts_rank(w.vector, asked.query))
    FROM unnest(CAST(:queries AS tsquery[]), CAST(:rarities AS float8[])) AS asked(query, rarity)
    WHERE w.vector @@ asked.query) AS words, (
    SELECT array_agg(asked.rank - 1 ORDER BY asked.rank)
    FROM unnest(CAST(:queries AS tsquery[])) WITH ORDINALITY AS asked(query, rank)
    WHERE w.vector @@ asked.query) AS matched
  FROM offer_words w JOIN <those> USING (offer_id) WHERE w.vector @@ CAST(:query AS tsquery)
"""

# Without a vector (the person pressed buttons and wrote nothing), the newest stand for the nearest.
_NARROW = """
WITH passing AS MATERIALIZED (
  SELECT s.offer_id,
    CASE WHEN CAST(:signs AS text) IS NULL THEN 0 ELSE s.bits <~> CAST(:signs AS bit(512)) END AS distance
  FROM offer_search s WHERE <passes>
), nearest AS (
  SELECT offer_id FROM passing ORDER BY distance, offer_id DESC LIMIT <signs>
), matching AS MATERIALIZED (<matching>), counted AS (
  SELECT count(*) AS passing FROM passing
)
"""

_WIDE = """
WITH nearest AS MATERIALIZED (
  SELECT s.offer_id FROM offer_search s WHERE <passes> ORDER BY s.bits <~> CAST(:signs AS bit(512)) LIMIT <signs>
), matching AS MATERIALIZED (<matching> AND <passes>), counted AS (
  SELECT count(*) AS passing FROM (SELECT FROM offer_search s WHERE <passes> LIMIT <counted> + 1) AS few
)
"""

_RANKED = """
, chosen AS (
  SELECT offer_id FROM nearest
  UNION (SELECT offer_id FROM (SELECT offer_id FROM matching ORDER BY words DESC, offer_id LIMIT <depth>) AS best)
), scored AS MATERIALIZED (
  SELECT chosen.offer_id,
    CASE WHEN CAST(:vector AS text) IS NULL THEN 0 ELSE 1 - (v.embedding <=> CAST(:vector AS halfvec(512))) END
      AS meaning,
    coalesce(matching.words, 0) AS words, matching.matched
  FROM chosen JOIN offer_vector v USING (offer_id) LEFT JOIN matching USING (offer_id)
), best AS (
  (SELECT * FROM scored ORDER BY meaning DESC, offer_id DESC LIMIT <depth>)
  UNION ALL (SELECT * FROM scored WHERE words > 0 ORDER BY words DESC, offer_id LIMIT <depth>)
)
SELECT counted.passing, details.* FROM counted LEFT JOIN (
  SELECT DISTINCT ON (best.offer_id) best.offer_id, best.meaning, best.words, best.matched, s.field, s.countries,
    s.city_keys, s.start_from, s.deadline, s.spoken, s.programme, s.updated_on
  FROM best JOIN offer_search s USING (offer_id)
) AS details ON true
"""


def _text(template: str, **parts: object) -> TextClause:
    for name, part in parts.items():
        template = template.replace(f"<{name}>", str(part))
    numbers = {"passes": passes(), "signs": NEAREST_BY_SIGNS, "depth": DEPTH, "counted": MOST_COUNTED}
    for name, number in numbers.items():
        template = template.replace(f"<{name}>", str(number))
    return text(template)


NARROW = _text(_NARROW + _RANKED, matching=_MATCHING, those="passing")
WIDE = _text(_WIDE + _RANKED, matching=_MATCHING, those="offer_search s")
