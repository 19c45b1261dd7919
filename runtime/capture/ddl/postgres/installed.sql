SELECT proname::text, md5(concat_ws(E'\n', pg_get_functiondef(p.oid), (
  -- The triggers, and their states.
  SELECT string_agg(concat_ws(' ', tgrelid, tgenabled, tgparentid <> 0, pg_get_triggerdef(t.oid)), E'\n' ORDER BY tgrelid, tgname)
  FROM pg_trigger AS t WHERE tgfoid = p.oid
), (
  -- Where they should be: the comment ends in the table's name.
  WITH RECURSIVE family (member) AS (
    SELECT to_regclass(substr(obj_description(p.oid, 'pg_proc'), 21))::oid
    UNION SELECT inhrelid FROM family JOIN pg_inherits ON inhparent = member
  )
  SELECT string_agg(concat_ws(' ', member, inhparent, indkey), E'\n' ORDER BY member, inhparent)
  FROM family LEFT JOIN pg_inherits ON inhrelid = member LEFT JOIN pg_index ON indrelid = member AND indisprimary
), (
  -- The types of the columns that the function reads: by them it was written.
  SELECT string_agg(concat_ws(' ', attname, atttypid, attcollation), E'\n' ORDER BY tgrelid, attname)
  FROM (SELECT DISTINCT tgrelid FROM pg_trigger WHERE tgfoid = p.oid) AS t JOIN pg_attribute ON attrelid = tgrelid
  WHERE attnum > 0 AND NOT attisdropped AND strpos(prosrc, concat('."', replace(attname, '"', '""'), '"')) > 0
), (
  -- The schemas that conditions depend on, and whether they can be trusted.
  WITH RECURSIVE types (type) AS (
    SELECT atttypid FROM pg_trigger JOIN pg_attribute ON attrelid = tgrelid WHERE tgfoid = p.oid AND attnum > 0
    UNION
    SELECT part FROM types JOIN pg_type ON oid = type, LATERAL (VALUES (typbasetype), (typelem)) AS parts (part) WHERE part <> 0
  )
  SELECT string_agg(DISTINCT concat_ws(' ', nspname, has_schema_privilege('public', n.oid, 'CREATE')), E'\n')
  FROM types JOIN pg_type AS y ON y.oid = type JOIN pg_namespace AS n ON n.oid = typnamespace
  WHERE typnamespace <> 'pg_catalog'::regnamespace
)))
FROM pg_proc AS p
WHERE pronamespace = CAST(current_schema() AS regnamespace) AND proname LIKE 'denorm\_capture\_%' AND prorettype = 'trigger'::regtype
