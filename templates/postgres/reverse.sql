{{/* From the values of changed rows, in denorm_changed, to the keys of the roots that show them. */ -}}
{{define "reverse" -}}
SELECT {{if .Joins}}DISTINCT {{.Items}}
{{else}}{{.Items}} {{end}}FROM denorm_changed AS c
{{- range .Joins}}
JOIN {{.Source}} ON {{.On}}
{{- end}}
{{- end}}

{{define "reverse key"}}{{.Column}} AS k{{.Number}}{{end}}
