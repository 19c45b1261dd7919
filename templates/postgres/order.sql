{{/* NULL is the highest value by default. */ -}}
{{define "order" -}}
{{.Column}}{{if .Desc}} DESC{{end}}
{{- if .Nullable}} NULLS {{if .First}}FIRST{{else}}LAST{{end}}{{end}}
{{- end}}
