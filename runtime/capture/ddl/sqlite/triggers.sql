{{/* The triggers of one table. They run inside the SQLite library of whichever program writes: nothing newer
than 3.8, no JSON, no UPSERT. */ -}}
DROP TRIGGER IF EXISTS main.{{name .Name}}
--
CREATE TRIGGER main.{{name .Name}} {{.Event}} ON {{name .Table}}
{{- with .When}}
WHEN {{.}}
{{- end}}
BEGIN
{{- range .Statements}}
  INSERT INTO denorm_changes (layout, op{{range $.Columns}}, {{.}}{{end}})
  SELECT {{text $.Layout}}, {{text $.Op}}
  {{- range $.Values}},
    {{.}}
  {{- end}}
  {{- with .}}
  FROM {{name $.Table}} AS OLD
  WHERE {{.}}
  {{- end}};
{{- end}}
END
