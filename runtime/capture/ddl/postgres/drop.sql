DO ${{.Tag}}$
BEGIN
  -- Its triggers go with it, on whatever table they are.
  EXECUTE pg_catalog.format('DROP FUNCTION IF EXISTS %I.%I() CASCADE', pg_catalog.current_schema(), {{text .Function}});
END
${{.Tag}}$
