WITH RECURSIVE asked (ord, oid) AS (
  SELECT ord, to_regclass(name)::oid FROM unnest(CAST(CAST($1 AS text) AS text[])) WITH ORDINALITY AS a (name, ord)
), acts (a, b) AS (
  SELECT conrelid, confrelid FROM pg_constraint
  WHERE contype = 'f' AND conparentid = 0 AND (confdeltype IN ('c', 'n', 'd') OR confupdtype IN ('c', 'n', 'd'))
), reached (oid) AS (
  SELECT oid FROM asked
  UNION
  SELECT near FROM reached JOIN (
    SELECT a, b FROM acts UNION ALL SELECT b, a FROM acts UNION ALL SELECT inhparent, inhrelid FROM pg_inherits
  ) AS steps (oid, near) USING (oid)
)
SELECT COALESCE(asked.ord, 0), c.oid::text, nspname::text, relname::text, relkind::text
FROM reached JOIN pg_class AS c USING (oid) JOIN pg_namespace AS n ON n.oid = relnamespace LEFT JOIN asked ON asked.oid = c.oid
WHERE relkind IN ('r', 'p', 'v', 'm', 'f')
ORDER BY asked.ord, nspname, relname
