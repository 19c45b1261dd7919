WITH RECURSIVE family (top, member) AS (
  SELECT oid, oid FROM pg_class WHERE oid = ANY (CAST(CAST($1 AS text) AS oid[]))
  UNION SELECT top, inhrelid FROM family JOIN pg_inherits ON inhparent = member
)
SELECT top::text, nspname::text, relname::text
FROM family JOIN pg_class AS c ON c.oid = member JOIN pg_namespace AS n ON n.oid = relnamespace
WHERE top <> member
ORDER BY top, nspname, relname
