DO ${{.Tag}}$
DECLARE
  captured CONSTANT regclass := {{text .Table}}::regclass;
  used CONSTANT text[] := {{.Used}};
  home CONSTANT text := pg_catalog.quote_ident(pg_catalog.current_schema());
  suffix CONSTANT text := pg_catalog.left(pg_catalog.md5(pg_catalog.concat(home, '.', {{text .Function}})), 8);
  before CONSTANT text := pg_catalog.current_setting('search_path');
  capture oid;
  path text;
  settings text := '';
  trusted boolean;
  verdicts text;
  needs text[];
  tree oid[];
  pairs text;
  key text;
  statements boolean;
  found record;
  event text;
BEGIN
  -- From here on, names of tables are written with their schemas.
  PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
  IF home IS NULL THEN
    RAISE EXCEPTION 'there is no schema for the log: search_path names none that exists';
  END IF;
  IF NOT EXISTS (SELECT FROM pg_class WHERE oid = captured AND relkind IN ('r', 'p') AND relpersistence <> 't') THEN
    RAISE EXCEPTION 'changes of % cannot be captured: it is not a table that stays', captured;
  END IF;

  -- The lock waits for the writers that still run the old function, and holds up new ones.
  EXECUTE format('LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE', captured);

  -- A trigger could not read these columns, and would only find out when rows are written.
  FOR found IN
    SELECT name, attgenerated FROM unnest(used) AS name
    LEFT JOIN pg_attribute ON attrelid = captured AND attname = name AND attnum > 0 AND NOT attisdropped
    WHERE attname IS NULL OR attgenerated = 'v'
  LOOP
    RAISE EXCEPTION 'changes of % cannot be captured: %', captured,
      CASE WHEN found.attgenerated IS NULL THEN format('it has no column %I', found.name)
      ELSE format('triggers cannot read its virtual generated column %I; make it STORED', found.name) END;
  END LOOP;

  -- Operators of extension types stand beside the types. A schema in which everybody may create others is
  -- not searched with the rights of this function's owner: then conditions are not evaluated at all.
  WITH RECURSIVE types (type) AS (
    SELECT atttypid FROM pg_attribute WHERE attrelid = captured AND attname = ANY ({{.Read}})
    UNION
    SELECT part FROM types JOIN pg_type ON oid = type, LATERAL (VALUES (typbasetype), (typelem)) AS parts (part) WHERE part <> 0
  ), described AS (
    SELECT DISTINCT nspname, typtype = 'b' AND typcategory <> 'A' AND nspname <> 'pg_catalog' AS foreign_type,
      has_schema_privilege('public', n.oid, 'CREATE') AS open
    FROM types JOIN pg_type AS t ON t.oid = type JOIN pg_namespace AS n ON n.oid = typnamespace
  )
  SELECT coalesce(string_agg(DISTINCT quote_ident(nspname) || ', ', '') FILTER (WHERE foreign_type), ''),
    coalesce(bool_and(NOT (foreign_type AND open)), true)
  INTO path, trusted FROM described;

  -- Settings cost time for every row: only those that matter for the text of these values.
  WITH RECURSIVE types (type) AS (
    SELECT atttypid FROM pg_attribute WHERE attrelid = captured AND attname = ANY ({{.Written}})
    UNION
    SELECT part FROM types JOIN pg_type ON oid = type, LATERAL (VALUES (typbasetype), (typelem)) AS parts (part) WHERE part <> 0
  ), described AS (
    SELECT CASE
      WHEN typtype IN ('d', 'e') OR typcategory = 'A' THEN '{}'
      WHEN nspname <> 'pg_catalog' THEN '{all}'
      WHEN typname IN ('int2', 'int4', 'int8', 'oid', 'numeric', 'bool', 'text', 'varchar', 'bpchar', 'name', 'char', 'uuid', 'json', 'jsonb') THEN '{}'
      {{- if not .Searches}}
      WHEN typname = 'bytea' THEN '{bytea_output}'
      WHEN typname IN ('float4', 'float8') THEN '{extra_float_digits}'
      WHEN typname = 'interval' THEN '{IntervalStyle}'
      WHEN typname IN ('date', 'timestamp') THEN '{DateStyle}'
      WHEN typname IN ('timestamptz', 'time', 'timetz') THEN '{DateStyle,TimeZone}'
      {{- end}}
      ELSE '{all}' END::text[] AS needed
    FROM types JOIN pg_type AS t ON t.oid = type JOIN pg_namespace AS n ON n.oid = typnamespace
  )
  SELECT array_agg(DISTINCT setting) INTO needs FROM described, unnest(needed) AS setting;
  {{- if .Searches}}
  settings := settings || E'\nSET search_path = pg_catalog, ' || path || 'pg_temp';
  {{- end}}
  {{- if .Escapes}}
  settings := settings || E'\nSET standard_conforming_strings = on';
  {{- end}}
  {{- range .Settings}}
  IF needs && '{all,{{.Name}}}' THEN
    settings := settings || E'\nSET {{.Name}} = ''{{.Value}}''';
  END IF;
  {{- end}}

  {{- if .Tracked}}

  -- Changed means other bytes. For some types that is what their operator says, which costs less than to compare
  -- rows. A digit for each column, at most 31 to a number.
  SELECT string_agg(format('(%s)::pg_catalog.bit(%s)::pg_catalog.text', bits, size), E' OPERATOR(pg_catalog.||)\n          ' ORDER BY chunk)
  INTO verdicts FROM (
    SELECT chunk, count(*) AS size, string_agg(format(CASE
        WHEN bytewise THEN 'CASE WHEN OLD.%1$s OPERATOR(pg_catalog.=) NEW.%1$s OR OLD.%1$s IS NULL AND NEW.%1$s IS NULL THEN 0 ELSE %2$s END'
        ELSE 'CASE WHEN pg_catalog.record_image_ne(ROW(OLD.%1$s), ROW(NEW.%1$s)) THEN %2$s ELSE 0 END' END, concat('"', replace(name, '"', '""'), '"'), bit),
      E' OPERATOR(pg_catalog.|)\n          ' ORDER BY ord) AS bits
    FROM (
      SELECT name, ord, (ord - 1) / 31 AS chunk,
        1::bigint << (count(*) OVER (PARTITION BY (ord - 1) / 31) - 1 - (ord - 1) % 31)::int AS bit,
        coalesce(collisdeterministic, true) AND (typtype = 'e' OR typnamespace = 'pg_catalog'::regnamespace AND typname IN (
          'int2', 'int4', 'int8', 'oid', 'bool', 'text', 'varchar', 'bytea', 'uuid', 'date', 'time', 'timestamp', 'timestamptz')) AS bytewise
      FROM unnest({{.Tracked}}) WITH ORDINALITY AS t (name, ord)
      JOIN pg_attribute ON attrelid = captured AND attname = name AND attnum > 0
      JOIN pg_type AS y ON y.oid = atttypid LEFT JOIN pg_collation AS c ON c.oid = attcollation
    ) AS columns GROUP BY chunk
  ) AS chunks;
  {{- end}}

  -- A trigger on whole statements costs a third as much for many rows, and a little more for one. It needs a key by which it
  -- finds the new row of an old one, and a table that rows are not written to by way of another one.
  SELECT string_agg(format('old.%1$s OPERATOR(pg_catalog.=) new.%1$s', quoted), ' AND ' ORDER BY ord), min(indkey::text),
    NOT EXISTS (SELECT FROM pg_inherits WHERE captured IN (inhrelid, inhparent)) AND (SELECT relkind = 'r' FROM pg_class WHERE oid = captured)
  INTO pairs, key, statements
  FROM pg_index, unnest(indkey[0:indnkeyatts - 1]) WITH ORDINALITY AS k (attnum, ord)
  JOIN (SELECT attnum, atttypid, concat('"', replace(attname, '"', '""'), '"') AS quoted FROM pg_attribute WHERE attrelid = captured) AS a USING (attnum)
  JOIN pg_type AS y ON y.oid = atttypid
  WHERE indrelid = captured AND indisprimary
  HAVING bool_and((typtype = 'e' OR typtype = 'b' AND typnamespace = 'pg_catalog'::regnamespace) AND strpos(quoted, '$') = 0);
  statements := coalesce(statements, false);

  EXECUTE format(${{.Tag}}_function${{.Body}}${{.Tag}}_function$, home, settings, trusted, verdicts, coalesce(pairs, 'false'), key, statements);
  EXECUTE format('COMMENT ON FUNCTION %s.%I() IS %L', home, {{text .Function}}, {{text .Comment}});
  capture := format('%s.%I()', home, {{text .Function}})::regprocedure;
  -- On a table of theirs, others could have it read a view instead of transition tables, with the rights of its owner. Those
  -- who make partitions have to be able to run it.
  EXECUTE format(CASE WHEN statements THEN 'REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC' ELSE 'GRANT EXECUTE ON FUNCTION %s TO PUBLIC' END, capture::regprocedure);

  WITH RECURSIVE family (member) AS (
    SELECT captured::oid UNION SELECT inhrelid FROM family JOIN pg_inherits ON inhparent = member
  )
  SELECT array_agg(oid) INTO tree FROM family JOIN pg_class ON oid = member WHERE relkind IN ('r', 'p');

  -- A table that left the family, or became a partition: its own triggers are in the way of the cloned ones. In a
  -- family there are none on statements.
  FOR found IN
    SELECT tgrelid::regclass AS member, tgname FROM pg_trigger JOIN pg_class AS c ON c.oid = tgrelid
    WHERE tgfoid = capture AND tgparentid = 0
      AND (NOT tgrelid = ANY (tree) OR relispartition AND tgrelid <> captured AND tgname NOT LIKE '%truncate%'
        OR NOT statements AND num_nonnulls(tgoldtable, tgnewtable) > 0)
  LOOP
    EXECUTE format('DROP TRIGGER %I ON %s', found.tgname, found.member);
  END LOOP;

  FOR found IN
    SELECT oid::regclass AS member, relispartition AND oid <> captured AS cloned FROM pg_class WHERE oid = ANY (tree) ORDER BY oid
  LOOP
    -- Partitions get clones of the row triggers, inheritance children do not, and neither gets that of TRUNCATE.
    FOREACH event IN ARRAY CASE WHEN found.cloned THEN '{truncate}' WHEN statements THEN '{insert,update,delete,truncate,inserts,updates,deletes}'
      ELSE '{insert,update,delete,truncate}' END::text[] LOOP
      IF current_setting('server_version_num')::int < 140000 {{- if not .Tracked}} OR event LIKE 'update%'{{end}} THEN
        EXECUTE format('DROP TRIGGER IF EXISTS denorm_capture_%s_%s ON %s', event, suffix, found.member);
      END IF;
      {{- if not .Tracked}}
      CONTINUE WHEN event LIKE 'update%';
      {{- end}}
      EXECUTE format('CREATE %s TRIGGER denorm_capture_%s_%s AFTER %s ON %s %s EXECUTE FUNCTION %s.%I()',
        CASE WHEN current_setting('server_version_num')::int < 140000 THEN '' ELSE 'OR REPLACE' END,
        event, suffix, rtrim(event, 's'), found.member,
        CASE event
          WHEN 'truncate' THEN 'FOR EACH STATEMENT'
          WHEN 'inserts' THEN 'REFERENCING NEW TABLE AS denorm_new FOR EACH STATEMENT'
          WHEN 'updates' THEN 'REFERENCING OLD TABLE AS denorm_old NEW TABLE AS denorm_new FOR EACH STATEMENT'
          WHEN 'deletes' THEN 'REFERENCING OLD TABLE AS denorm_old FOR EACH STATEMENT'
          ELSE 'FOR EACH ROW'
        END,
        home, {{text .Function}});
    END LOOP;
  END LOOP;

  -- Rows that replication applies are changes too. It fires row triggers only: where there are those on statements, row
  -- triggers fire for it, and for sessions of its role, whose changes are then logged twice.
  FOR found IN
    SELECT tgrelid::regclass AS member, tgname, state.* FROM pg_trigger, LATERAL (SELECT CASE
        WHEN statements AND tgtype & 1 = 1 THEN '{R,REPLICA}'
        ELSE '{A,ALWAYS}' END::text[] AS fires) AS state
    WHERE tgfoid = capture AND tgenabled::text <> fires[1]
  LOOP
    EXECUTE format('ALTER TABLE %s ENABLE %s TRIGGER %I', found.member, found.fires[2], found.tgname);
  END LOOP;
  PERFORM set_config('search_path', before, true);
END
${{.Tag}}$
