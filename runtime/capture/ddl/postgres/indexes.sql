SELECT indrelid::text, indexrelid::text, indisprimary, indisunique AND indimmediate AND plain, attname::text
FROM (
  SELECT *, NOT EXISTS (SELECT FROM unnest(indkey[0:indnkeyatts - 1]) AS k WHERE k = 0) AS plain
  FROM pg_index WHERE indrelid = ANY (CAST(CAST($1 AS text) AS oid[])) AND indisvalid AND indpred IS NULL
) AS i, unnest(indkey[0:indnkeyatts - 1]) WITH ORDINALITY AS k (attnum, ord)
JOIN pg_attribute AS a USING (attnum)
WHERE a.attrelid = indrelid AND NOT EXISTS (SELECT FROM unnest(indkey[0:ord::int - 1]) AS b WHERE b = 0)
ORDER BY indrelid, indisprimary DESC, indexrelid, ord
