{{/* The triggers of one captured table. Nothing in them depends on a session: sql_mode stands in the trigger. */ -}}
{{.Create}}
{{.Name}}
AFTER {{.Event}} ON {{.Table}} FOR EACH ROW
{{- with .When}}
IF {{.}} THEN
{{- end}}
INSERT INTO {{.Log}} (`layout`, `op`, `changed`, `old_in`, `new_in`, `old_row`, `new_row`)
VALUES ({{text .Layout}}, {{text .Op}},
  {{join .Values ",\n  "}})
{{- with .When}};
END IF
{{- end}}
