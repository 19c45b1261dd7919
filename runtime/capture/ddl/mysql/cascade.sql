{{/* Before a row of a parent goes, or changes a key: the rows that InnoDB will change in its wake, without
firing their triggers. A level is looked at only where the one above has rows. They are read with locks, as the
cascade will: a consistent read would miss children committed since. They are logged one by one: INSERT ... SELECT
takes the log's AUTO-INC lock until the statement ends, and all other writers wait for it, or deadlock. */ -}}
{{define "from"}}FROM {{range $i, $hop := .Hops}}{{if $i}} STRAIGHT_JOIN {{end}}{{$hop.Table}} AS `{{$hop.Alias}}`{{end}}
WHERE {{join .Where " AND "}}{{end -}}
{{define "hop"}}IF EXISTS (SELECT 1 {{template "from" .}} LOCK IN SHARE MODE) THEN
{{- range .Logs}}
BEGIN
DECLARE denorm_done BOOLEAN DEFAULT FALSE;
DECLARE denorm_changed, denorm_old_in, denorm_new_in, denorm_old_row, denorm_new_row LONGBLOB;
DECLARE denorm_rows CURSOR FOR SELECT {{join .Values ",\n  "}}
{{template "from" $}}{{with .When}} AND ({{.}}){{end}} LOCK IN SHARE MODE;
DECLARE CONTINUE HANDLER FOR NOT FOUND SET denorm_done = TRUE;
OPEN denorm_rows;
denorm_next: LOOP
FETCH denorm_rows INTO denorm_changed, denorm_old_in, denorm_new_in, denorm_old_row, denorm_new_row;
IF denorm_done THEN
LEAVE denorm_next;
END IF;
INSERT INTO {{.Log}} (`layout`, `op`, `changed`, `old_in`, `new_in`, `old_row`, `new_row`)
VALUES ({{text .Layout}}, {{text .Op}}, denorm_changed, denorm_old_in, denorm_new_in, denorm_old_row, denorm_new_row);
END LOOP;
CLOSE denorm_rows;
END;
{{- end}}
{{- range .Next}}
{{template "hop" .}}
{{- end}}
END IF;
{{- end -}}
{{.Create}}
{{.Name}}
BEFORE {{.Event}} ON {{.Table}} FOR EACH ROW
BEGIN
{{- if .Layouts}}
-- A table below was dropped or lost a column: everything may have changed, and the writer must not fail.
DECLARE EXIT HANDLER FOR 1054, 1146, 1356
INSERT INTO {{.Log}} (`layout`, `op`) VALUES {{range $i, $layout := .Layouts}}{{if $i}}, {{end}}({{text $layout}}, 'T'){{end}};
{{- end}}
{{- range .Groups}}
{{- with .When}}
IF {{.}} THEN
{{- end}}
{{- range .Next}}
{{template "hop" .}}
{{- end}}
{{- if .When}}
END IF;
{{- end}}
{{- end}}
END
