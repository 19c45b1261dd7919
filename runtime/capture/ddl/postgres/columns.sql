WITH RECURSIVE bases (attrelid, attnum, type, base) AS (
  SELECT attrelid, attnum, atttypid, atttypid FROM pg_attribute
  WHERE attrelid = ANY (CAST(CAST($1 AS text) AS oid[])) AND attnum > 0 AND NOT attisdropped
  UNION ALL
  SELECT attrelid, attnum, type, typbasetype FROM bases JOIN pg_type ON oid = base WHERE typtype = 'd'
)
SELECT attrelid::text, attname::text, format_type(atttypid, atttypmod), COALESCE(collname::text, ''),
  NOT a.attnotnull, attgenerated <> '',
  (typtype = 'e' OR typnamespace = 'pg_catalog'::regnamespace AND typname IN (
    'int2', 'int4', 'int8', 'oid', 'bool', 'text', 'varchar', 'name', 'bytea', 'uuid', 'date', 'time', 'timestamp', 'timestamptz'))
    AND COALESCE(collisdeterministic, true)
FROM bases JOIN pg_type AS t ON t.oid = base AND typtype <> 'd' JOIN pg_attribute AS a USING (attrelid, attnum)
LEFT JOIN pg_collation AS c ON c.oid = attcollation
ORDER BY attrelid, attnum
