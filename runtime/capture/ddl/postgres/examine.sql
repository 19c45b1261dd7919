SELECT ord, relpersistence::text, COALESCE((
  SELECT string_agg(attname, ', ' ORDER BY attnum) FROM pg_attribute
  WHERE attrelid = c.oid AND attname = ANY (CAST(used AS text[])) AND attgenerated = 'v'
), '')
FROM unnest(CAST(CAST($1 AS text) AS text[]), CAST(CAST($2 AS text) AS text[])) WITH ORDINALITY AS a (name, used, ord)
JOIN pg_class AS c ON c.oid = to_regclass(name)
ORDER BY ord
