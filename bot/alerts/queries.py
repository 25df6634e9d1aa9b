"""The SQL of saved searches: their words as text search queries, and matching (`MATCHED`), of constant text."""

from __future__ import annotations

from sqlalchemy import text

# Each content word in all its spellings, stemmed in French, stemmed in English, and as it stands; and whether an offer
# has it in its title, organisation or towns.
WORDS = text("""
SELECT rank,
  string_agg(CAST(to_tsquery('escale_fr', form) || to_tsquery('escale_en', form) || to_tsquery('simple', form)
                  AS text), ' | ' ORDER BY form) AS query,
  array_agg(DISTINCT lexeme) AS lexemes, coalesce(bool_or(known.is_name), false) AS is_name
FROM unnest(CAST(:forms AS text[]), CAST(:ranks AS int[])) AS given(form, rank)
CROSS JOIN LATERAL unnest(tsvector_to_array(
  to_tsvector('escale_fr', form) || to_tsvector('escale_en', form) || to_tsvector('simple', form))) AS stem(lexeme)
LEFT JOIN offer_lexeme known USING (lexeme)
GROUP BY rank ORDER BY rank
""")

# pg_trgm finds a word similar at 0.5 when it shares half of its groups of three letters at least: whatever the offer,
# one of any half and one of these is among them.
LETTERS = text("""
SELECT letters FROM (
  SELECT letters, row_number() OVER (ORDER BY letters DESC) AS number, count(*) OVER () AS all
  FROM unnest(show_trgm(:organisation)) AS letters) AS numbered
WHERE number <= "all" / 2 + 1
""")

# Custom plans, for the best one depends on how many keys there are; joins in the order written; random pages at their
# price in memory; all searches that say something in one hash. All of it lasts one transaction.
SETTINGS = text(
    "SELECT set_config('plan_cache_mode', 'force_custom_plan', true), set_config('jit', 'off', true),"
    " set_config('hnsw.iterative_scan', 'off', true), set_config('hnsw.ef_search', CAST(:nearest AS text), true),"
    " set_config('max_parallel_workers_per_gather', '0', true), set_config('random_page_cost', '1.1', true),"
    " set_config('join_collapse_limit', '1', true), set_config('work_mem', '192MB', true)"
)

# The hard filters of the search (`bot.catalogue.filters.passes`) the other way round: of one offer `<o>`, with
# the saved searches `s`.
_FITS = """
  (s.kind IS NULL OR <o>.kind = s.kind)
  AND (s.fields IS NULL OR <o>.field = ANY(s.fields))
  AND (s.longest IS NULL OR <o>.duration_min IS NULL OR <o>.duration_min <= s.longest)
  AND (s.shortest IS NULL OR <o>.duration_max IS NULL OR <o>.duration_max >= s.shortest)
  AND (s.start_until IS NULL OR <o>.start_from IS NULL OR <o>.start_from <= s.start_until)
  AND (s.start_from IS NULL OR <o>.start_until IS NULL OR <o>.start_until >= s.start_from)
  AND (<o>.deadline IS NULL OR <o>.deadline >= :today)
  AND (<o>.start_until IS NULL OR <o>.start_until >= :today)
  AND (s.age IS NULL OR (<o>.age_min IS NULL OR <o>.age_min <= s.age) AND (<o>.age_max IS NULL OR <o>.age_max >= s.age)
    AND (<o>.open_to_minors OR s.age >= :adult))
  AND (s.countries IS NULL OR <o>.countries && s.countries OR s.city_keys IS NOT NULL AND <o>.city_keys && s.city_keys)
  AND (s.levels IS NULL OR <o>.levels = '{}' OR <o>.levels && s.levels)
  AND (s.programmes IS NULL OR <o>.programme = ANY(s.programmes))
  AND (s.excluded_fields IS NULL OR <o>.field <> ALL(s.excluded_fields))
  AND (s.excluded_kinds IS NULL OR <o>.kind <> ALL(s.excluded_kinds))
  AND (s.excluded_programmes IS NULL OR <o>.programme IS NULL OR <o>.programme <> ALL(s.excluded_programmes))
  AND (s.organisation IS NULL OR word_similarity(s.organisation, <o>.organisation_key) >= 0.5)
  AND (s.excluded_countries IS NULL AND s.excluded_cities IS NULL OR EXISTS (
    SELECT FROM unnest(<o>.place_countries, <o>.place_cities) AS p(country, city_key)
    WHERE (s.excluded_countries IS NULL OR p.country <> ALL(s.excluded_countries))
    AND (s.excluded_cities IS NULL OR p.city_key IS NULL OR p.city_key <> ALL(s.excluded_cities))
    AND (s.countries IS NULL OR p.country = ANY(s.countries)
      OR s.city_keys IS NOT NULL AND p.city_key = ANY(s.city_keys))))
"""

# Words need a close meaning, or half of them in the offer's title, organisation, towns, or the names of its field, kind
# and country (weights A and B). Whatever met by a word holds one of them, and one met by meaning alone holds none.
_CLOSE = "1 - (s.embedding <=> o.embedding) >= CASE WHEN s.bits IS NULL THEN :near_enough ELSE :close_enough END"
_NAMED = """(
    SELECT 2 * count(*) FILTER (WHERE o.names @@ CAST(query AS tsquery)) >= count(*)
    FROM unnest(s.word_queries) AS query)"""
_SAYS = f"""
  (s.words IS NULL OR met.by_way = 'meaning'
  OR {_CLOSE}
  OR met.by_way = 'word' AND cardinality(s.word_queries) <= 2
  OR {_NAMED})
"""

_SHAPE = """
  offer_id bigint, kind text, field text, deadline date, start_from date, start_until date, duration_min float8,
  duration_max float8, age_min bigint, age_max bigint, open_to_minors boolean, programme text, countries text[],
  levels text[], city_keys text[], organisation_key text, place_countries text[], place_cities text[]
"""
_COLUMNS = ", ".join(f"f.{line.split()[0]}" for line in _SHAPE.replace("\n", " ").split(",")[:16])

_OFFERED = f"""
offered AS MATERIALIZED (
  SELECT {_COLUMNS}, p.place_countries, p.place_cities, f.bits, v.embedding,
    ts_filter(w.vector, '{{a,b}}') AS names
  FROM offer_search f JOIN offer_vector v USING (offer_id) JOIN offer_words w USING (offer_id)
  CROSS JOIN LATERAL (
    SELECT array_agg(country ORDER BY rank) AS place_countries, array_agg(city_key ORDER BY rank) AS place_cities
    FROM offer_place WHERE offer_place.offer_id = f.offer_id) AS p
  WHERE f.offer_id = ANY(<offers>)
)
"""  # noqa: S608 - constant text; values are bound
# Until when an alert that is due at `<due>` is worth telling.
_STALE = "least(<due> + :lifetime, CAST(over_on AS timestamp) AT TIME ZONE preferences.time_zone)"

# `met`: by keys, by the words of names, by the letters of the organisation, by the nearest meaning. What an offer was
# before its change (`was`) fitted already is no news. What is news again (an offer that opens again) and was dropped
# before it was told is due again; what waits for a search that tells later goes to the one that tells sooner; what was
# told stays told.
#
# CASE keeps the planner from multiplying the odds of conditions that go together, and guessing that nothing fits.
# `planned` ends custom plans once this statement has its own: the checks of foreign keys, two for each row, would be
# planned anew each time, a third of it all.
_MATCHED = f"""
WITH {_OFFERED.replace("<offers>", "CAST(:offers AS bigint[])")}, was AS MATERIALIZED (
  SELECT * FROM jsonb_to_recordset(CAST(:was AS jsonb)) AS was({_SHAPE})
), met AS (
  SELECT given.offer_id, k.search_id, 'key' AS by_way
  FROM unnest(CAST(:keys AS text[]), CAST(:keyed AS bigint[])) AS given(key, offer_id) JOIN <keys> k USING (key)
  UNION ALL
  SELECT DISTINCT o.offer_id, k.search_id, 'word'
  FROM offered o CROSS JOIN unnest(tsvector_to_array(o.names)) AS lexeme JOIN <keys> k ON k.key = :word || lexeme
  UNION ALL
  SELECT DISTINCT o.offer_id, k.search_id, 'letters'
  FROM offered o CROSS JOIN unnest(show_trgm(o.organisation_key)) AS few JOIN <keys> k ON k.key = :letters || few
  UNION ALL
  SELECT o.offer_id, near.id, 'meaning'
  FROM offered o CROSS JOIN LATERAL (
    SELECT s.id, s.bits <~> o.bits AS distance, 1 - (s.embedding <=> o.embedding) AS closeness
    FROM <searches> s WHERE s.bits IS NOT NULL ORDER BY s.bits <~> o.bits LIMIT :nearest) AS near
  WHERE near.distance <= :farthest AND near.closeness >= :close_enough
), fitting AS (
  SELECT s.person_id, s.id AS search_id, coalesce(s.next_at, :now) AS due_at, o.offer_id,
    least(o.deadline, o.start_until) + 1 AS over_on
  FROM met JOIN (offered o LEFT JOIN was USING (offer_id)) USING (offer_id)
  JOIN <searches> s ON s.id = met.search_id
  WHERE NOT s.is_paused AND CASE WHEN {_FITS.replace("<o>", "o")} THEN {_SAYS} AND o.offer_id <> ALL(s.seen_offer_ids)
    AND (was.offer_id IS NULL OR ({_FITS.replace("<o>", "was")}) IS NOT TRUE) END
), planned AS MATERIALIZED (
  SELECT set_config('plan_cache_mode', 'auto', true)
)
INSERT INTO delivery (person_id, kind, reason, offer_id, source_id, details, due_at, stale_at, created_at)
SELECT DISTINCT ON (fitting.person_id, offer_id) fitting.person_id, 'alert', 'alert', offer_id, search_id, '{{}}',
  due_at, {_STALE.replace("<due>", "due_at")}, :now
FROM planned CROSS JOIN fitting JOIN push_preferences preferences USING (person_id)
JOIN person ON person.id = fitting.person_id
WHERE preferences.stopped_at IS NULL AND person.unreachable_at IS NULL
ORDER BY fitting.person_id, offer_id, due_at, search_id
ON CONFLICT (person_id, offer_id, reason) DO UPDATE
SET status = 'due', error = NULL, settled_at = NULL, source_id = excluded.source_id, due_at = excluded.due_at,
  stale_at = excluded.stale_at
WHERE delivery.status = 'dropped' OR delivery.status = 'due' AND delivery.due_at > excluded.due_at
"""  # noqa: S608 - constant text; values are bound
MATCHED = text(_MATCHED.replace("<keys>", "search_key").replace("<searches>", "saved_search"))
# The same with one search.
MATCHED_WITH_ONE = text(
    _MATCHED.replace("<keys>", "(SELECT * FROM search_key WHERE search_id = :search)").replace(
        "<searches>", "(SELECT * FROM saved_search WHERE id = :search)"
    )
)

# Alerts that have not been told go to the search of their person, of those that fit the offer and speak, that tells
# soonest: when it is sooner than where they wait, or when the search that found them is silent or gone. Without any,
# they stay as they are. What the sender has in its hands stays there, and is due for that search if it does not leave.
HAND_OVER = text(
    f"""
WITH given AS MATERIALIZED (
  SELECT id, person_id, offer_id FROM delivery WHERE id = ANY(CAST(:deliveries AS bigint[]))
), {_OFFERED.replace("<offers>", "ARRAY(SELECT offer_id FROM given)")}, chosen AS (
  SELECT DISTINCT ON (given.id) given.id, person_id, s.id AS search_id, coalesce(s.next_at, :now) AS due_at,
    least(o.deadline, o.start_until) + 1 AS over_on
  FROM given JOIN offered o USING (offer_id) JOIN saved_search s USING (person_id)
  WHERE NOT s.is_paused AND CASE WHEN {_FITS.replace("<o>", "o")} THEN (s.words IS NULL OR {_CLOSE} OR {_NAMED})
    AND o.offer_id <> ALL(s.seen_offer_ids) END
  ORDER BY given.id, due_at, s.id
)
UPDATE delivery SET status = CASE delivery.status WHEN 'dropped' THEN 'due' ELSE delivery.status END, error = NULL,
  settled_at = NULL, source_id = chosen.search_id, due_at = chosen.due_at,
  stale_at = {_STALE.replace("<due>", "chosen.due_at")}
FROM chosen JOIN push_preferences preferences USING (person_id)
WHERE delivery.id = chosen.id AND delivery.status IN ('due', 'dropped', 'sending')
  AND (delivery.due_at > chosen.due_at
    OR NOT EXISTS (SELECT FROM saved_search own WHERE own.id = delivery.source_id AND NOT own.is_paused))
RETURNING delivery.id
"""  # noqa: S608 - constant text; values are bound
)

# The offers that a person is to be told of, each with the search that found it, as far as they can still be had.
FOUND = text("""
SELECT f.offer_id, 1 - (s.embedding <=> v.embedding) AS meaning, (
    SELECT array_agg(said.rank - 1 ORDER BY said.rank)
    FROM unnest(s.word_queries) WITH ORDINALITY AS said(query, rank)
    WHERE w.vector @@ CAST(said.query AS tsquery)) AS matched,
  f.field, f.countries, f.city_keys, f.start_from, f.deadline, f.spoken, f.programme, f.updated_on,
  f.organisation_key, s.id AS search_id
FROM unnest(CAST(:offers AS bigint[]), CAST(:searches AS bigint[])) AS told(offer_id, search_id)
JOIN saved_search s ON s.id = told.search_id JOIN offer_search f USING (offer_id)
JOIN offer_vector v USING (offer_id) JOIN offer_words w USING (offer_id)
WHERE (f.deadline IS NULL OR f.deadline >= :today) AND (f.start_until IS NULL OR f.start_until >= :today)
""")
