{{- /* The text is given to format(): 1 is the schema of the log, 2 the settings, 3 whether conditions can be
trusted, 4 the verdicts on columns, 5 what pairs the rows of an update by their primary key, 6 the columns of that,
7 whether there are triggers on statements. Percent signs in the data are doubled. Every name is qualified, but for
those in conditions, and of transition tables, which come first: setting search_path for each row costs more than all
the rest. */ -}}
{{define "log"}}INSERT INTO %1$s."denorm_changes" ("layout", "op"{{end -}}
{{define "columns"}}, "changed", "old_in", "new_in", "old_row", "new_row"){{end -}}
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
{{/* statement logs all rows of a statement. Rows of an update that have got, or given up, a key are inserted, or deleted. */ -}}
{{define "statement"}}
        IF TG_OP OPERATOR(pg_catalog.=) 'INSERT' THEN
          {{template "log"}}{{template "columns"}}
          SELECT {{text .ID}}, 'I', NULL, NULL, {{.NewIn}}, NULL, {{.NewRow}} FROM denorm_new AS new;
        ELSIF TG_OP OPERATOR(pg_catalog.=) 'DELETE' THEN
          {{template "log"}}{{template "columns"}}
          SELECT {{text .ID}}, 'D', NULL, {{.OldIn}}, NULL, {{.OldRow}}, NULL FROM denorm_old AS old;
        {{- if .Unchanged}}
        -- Else a key that is no more would pair each row with each.
        ELSIF NOT EXISTS (SELECT FROM pg_catalog.pg_index AS i WHERE i.indrelid OPERATOR(pg_catalog.=) TG_RELID AND i.indisprimary
          AND i.indkey::pg_catalog.text OPERATOR(pg_catalog.=) %6$L) THEN
          {{template "log"}}) VALUES ({{text .ID}}, 'T');
        ELSE
          {{template "log"}}{{template "columns"}}
          SELECT {{text .ID}}, CASE WHEN old.denorm_there IS NULL THEN 'I' WHEN new.denorm_there IS NULL THEN 'D' ELSE 'U' END,
            CASE WHEN old.denorm_there AND new.denorm_there THEN verdicts.changed END,
            CASE WHEN old.denorm_there THEN {{.OldIn}} END, CASE WHEN new.denorm_there THEN {{.NewIn}} END,
            CASE WHEN old.denorm_there THEN {{.OldRow}} END, CASE WHEN new.denorm_there THEN {{.NewRow}} END
          FROM (SELECT *, true AS denorm_there FROM denorm_old) AS old
            FULL JOIN (SELECT *, true AS denorm_there FROM denorm_new) AS new ON %5$s,
            LATERAL (SELECT %4$s AS changed OFFSET 0) AS verdicts
          WHERE verdicts.changed OPERATOR(pg_catalog.<>) {{text .Unchanged}} OR old.denorm_there IS NULL OR new.denorm_there IS NULL;
        {{- end}}
        END IF;
{{- end -}}
CREATE OR REPLACE FUNCTION %1$s.{{name .Function}}() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER%2$s
AS ${{.Tag}}_body$
#variable_conflict use_column
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
      IF %7$L AND TG_LEVEL OPERATOR(pg_catalog.=) 'STATEMENT' AND TG_OP OPERATOR(pg_catalog.<>) 'TRUNCATE' THEN
        IF TG_OP OPERATOR(pg_catalog.=) 'INSERT' THEN
          PERFORM FROM denorm_new OFFSET 1 LIMIT 1;
        ELSE
          PERFORM FROM denorm_old OFFSET 1 LIMIT 1;
        END IF;
        IF FOUND THEN
          {{- if .Doubtful}}
          IF trusted THEN
            {{- template "statement" .}}
          ELSE
            {{- template "statement" .Doubted}}
          END IF;
          {{- else}}
          {{- template "statement" .}}
          {{- end}}
          RETURN NULL;
        END IF;
        -- One row costs less by what is for rows.
        IF TG_OP OPERATOR(pg_catalog.<>) 'INSERT' THEN
          SELECT * INTO old FROM denorm_old;
        END IF;
        IF TG_OP OPERATOR(pg_catalog.<>) 'DELETE' THEN
          SELECT * INTO new FROM denorm_new;
        END IF;
        IF NOT FOUND THEN
          RETURN NULL;
        END IF;
      END IF;
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
  {{template "log"}}{{template "columns"}}
  VALUES ({{text .ID}}, pg_catalog.left(TG_OP, 1), changed, old_in, new_in, old_row, new_row);
  RETURN NULL;
END
${{.Tag}}_body$
