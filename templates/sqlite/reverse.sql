{{/* From the values of changed rows, in denorm_changed, to the keys of the roots that show them. CROSS JOIN is
SQLite's way to say that tables are read in the order written. */ -}}
{{define "reverse" -}}
SELECT {{if .Joins}}DISTINCT {{.Items}}
{{else}}{{.Items}} {{end}}FROM denorm_changed AS c
{{- range .Joins}}
CROSS JOIN {{.Source}} ON {{.On}}
{{- end}}
{{- end}}

{{define "reverse key"}}{{.Column}} AS k{{.Number}}{{end}}
