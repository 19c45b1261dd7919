{{- /* The text is given to format(): 1 is the schema of the log, 2 the settings, 3 whether conditions can be
trusted, 4 the verdicts on columns. Percent signs in the data are doubled. Every name is qualified, but for those
in conditions: setting search_path for each row costs more than all the rest. */ -}}
{{define "log"}}INSERT INTO %1$s."denorm_changes" ("layout", "op"{{end -}}
{{define "old"}}
        old_row := {{.OldRow}};
        {{- if .Doubtful}}
        IF trusted THEN
          old_in := {{.OldIn}};
        ELSE
          old_in := {{text .Unknown}};
        END IF;
        {{- else}}
        old_in := {{.OldIn}};
        {{- end}}
{{- end -}}
{{define "new"}}
        new_row := {{.NewRow}};
        {{- if .Doubtful}}
        IF trusted THEN
          new_in := {{.NewIn}};
        ELSE
          new_in := {{text .Unknown}};
        END IF;
        {{- else}}
        new_in := {{.NewIn}};
        {{- end}}
{{- end -}}
CREATE OR REPLACE FUNCTION %1$s.{{name .Function}}() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER%2$s
AS ${{.Tag}}_body$
#variable_conflict use_variable
DECLARE
{{- if .Doubtful}}
  trusted pg_catalog.bool := %3$L;
{{- end}}
  changed pg_catalog.text;
  old_in pg_catalog.text;
  new_in pg_catalog.text;
  old_row pg_catalog.text;
  new_row pg_catalog.text;
BEGIN
  LOOP
    -- A writer must not fail for the sake of documents.
    BEGIN
      IF TG_OP OPERATOR(pg_catalog.=) 'UPDATE' THEN
        {{- if .Unchanged}}
        changed := %4$s;
        IF changed OPERATOR(pg_catalog.=) {{text .Unchanged}} THEN
          RETURN NULL;
        END IF;
        {{- end}}
        {{- template "old" .}}
        {{- template "new" .}}
      ELSIF TG_OP OPERATOR(pg_catalog.=) 'INSERT' THEN
        {{- template "new" .}}
      ELSIF TG_OP OPERATOR(pg_catalog.=) 'DELETE' THEN
        {{- template "old" .}}
      END IF;
      EXIT;
    EXCEPTION WHEN OTHERS THEN
      {{- if .Doubtful}}
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
  -- Of TRUNCATE there is no more to say than its letter.
  {{template "log"}}, "changed", "old_in", "new_in", "old_row", "new_row")
  VALUES ({{text .ID}}, pg_catalog.left(TG_OP, 1), changed, old_in, new_in, old_row, new_row);
  RETURN NULL;
END
${{.Tag}}_body$
