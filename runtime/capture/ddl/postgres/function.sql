{{- /* The text is given to format(): 1 is the schema of the log, 2 the settings, 3 whether conditions can be
trusted. Percent signs in the data are doubled. Every name is qualified, but for those in conditions: setting
search_path for each row costs more than all the rest. */ -}}
{{define "log"}}INSERT INTO %1$s."denorm_changes" ("layout", "op"{{end -}}
CREATE OR REPLACE FUNCTION %1$s.{{name .Function}}() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER%2$s
AS ${{.Tag}}_body$
#variable_conflict use_variable
DECLARE
{{- if .Guarded}}
  trusted pg_catalog.bool := %3$L;
{{- end}}
  changed pg_catalog.text;
  old_in pg_catalog.text;
  new_in pg_catalog.text;
  old_row pg_catalog.text;
  new_row pg_catalog.text;
BEGIN
  IF TG_OP OPERATOR(pg_catalog.=) 'TRUNCATE' THEN
    {{template "log"}}) VALUES ({{text .ID}}, 'T');
    RETURN NULL;
  END IF;
  LOOP
    -- A writer must not fail for the sake of documents.
    BEGIN
      IF TG_OP OPERATOR(pg_catalog.<>) 'INSERT' THEN
        old_row := {{.OldRow}};
        {{- if .Guarded}}
        IF trusted THEN
          old_in := {{.OldIn}};
        ELSE
          old_in := {{text .Unknown}};
        END IF;
        {{- else}}
        old_in := '';
        {{- end}}
      END IF;
      IF TG_OP OPERATOR(pg_catalog.<>) 'DELETE' THEN
        new_row := {{.NewRow}};
        {{- if .Guarded}}
        IF trusted THEN
          new_in := {{.NewIn}};
        ELSE
          new_in := {{text .Unknown}};
        END IF;
        {{- else}}
        new_in := '';
        {{- end}}
      END IF;
      {{- if .Verdicts}}
      IF TG_OP OPERATOR(pg_catalog.=) 'UPDATE' THEN
        changed := {{.Verdicts}};
      END IF;
      {{- end}}
      EXIT;
    EXCEPTION WHEN OTHERS THEN
      {{- if .Guarded}}
      IF trusted THEN
        -- Where a condition cannot be told, the row may show.
        trusted := false;
        CONTINUE;
      END IF;
      {{- end}}
      -- A column is not what it was: all documents may have changed.
      {{template "log"}}) VALUES ({{text .ID}}, 'T');
      RETURN NULL;
    END;
  END LOOP;
  {{template "log"}}, "changed", "old_in", "new_in", "old_row", "new_row")
  VALUES ({{text .ID}}, pg_catalog.left(TG_OP, 1), changed, old_in, new_in, old_row, new_row);
  RETURN NULL;
END
${{.Tag}}_body$
