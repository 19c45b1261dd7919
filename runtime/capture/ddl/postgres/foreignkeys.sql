SELECT conrelid::text, conname::text, nspname::text, relname::text, confdeltype::text, confupdtype::text, a.attname::text, b.attname::text
FROM pg_constraint JOIN pg_class AS c ON c.oid = confrelid JOIN pg_namespace AS n ON n.oid = relnamespace,
  unnest(conkey, confkey) WITH ORDINALITY AS k (own, other, ord)
JOIN pg_attribute AS a ON a.attnum = own JOIN pg_attribute AS b ON b.attnum = other
WHERE contype = 'f' AND conrelid = ANY (CAST(CAST($1 AS text) AS oid[])) AND a.attrelid = conrelid AND b.attrelid = confrelid
ORDER BY conrelid, conname, ord
