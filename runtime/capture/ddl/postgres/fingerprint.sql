{{- /* Identities and the transaction that last wrote a catalog row: a trigger that was disabled and enabled
between two looks, or dropped and made again, shows too. Left out is what maintenance changes: relfilenode,
statistics, privileges, indexes but the primary key's columns, columns that are not captured. Extensions own operators that
conditions use. A table that was a part of another one for a while had rows written by way of that: its columns tell. */ -}}
WITH RECURSIVE asked (ord, oid, used) AS (
  SELECT ord, to_regclass(name)::oid, CAST(used AS text[])
  FROM unnest(CAST(CAST($1 AS text) AS text[]), CAST(CAST($2 AS text) AS text[])) WITH ORDINALITY AS a (name, used, ord)
), family (ord, member, used, parent) AS (
  SELECT ord, oid, used, CAST(0 AS oid) FROM asked
  UNION
  SELECT ord, inhrelid, used, inhparent FROM family JOIN pg_inherits ON inhparent = member
)
SELECT md5(concat((SELECT string_agg(concat_ws(' ', oid, xmin), ',' ORDER BY oid) FROM pg_extension), string_agg(concat_ws(' ', ord, parent, member, relname, relnamespace, relkind, relpersistence, (
  SELECT indkey::text FROM pg_index WHERE indrelid = member AND indisprimary
), (
  -- Rows are written by way of these, too.
  SELECT string_agg(inhparent::text, ',' ORDER BY inhparent) FROM pg_inherits WHERE inhrelid = member
), (
  SELECT string_agg(concat_ws(' ', t.oid, t.xmin, p.oid, p.xmin), ',' ORDER BY t.oid)
  FROM pg_trigger AS t JOIN pg_proc AS p ON p.oid = tgfoid
  WHERE tgrelid = member AND proname LIKE 'denorm\_capture\_%' AND pronamespace = CAST(current_schema() AS regnamespace)
), (
  SELECT string_agg(concat_ws(' ', a.xmin, attname, attnum, atttypid, atttypmod, attcollation, attgenerated, typnamespace), ',' ORDER BY attnum)
  FROM pg_attribute AS a JOIN pg_type AS y ON y.oid = atttypid
  WHERE attrelid = member AND attname = ANY (used) AND attnum > 0 AND NOT attisdropped
)), E'\n' ORDER BY ord, parent, member)))
FROM family LEFT JOIN pg_class AS c ON c.oid = member
