{{/* NULL is the lowest value by default. */ -}}
{{define "order" -}}
{{.Column}}{{if .Desc}} DESC{{end}}
{{- if .Raised}} NULLS {{if .First}}FIRST{{else}}LAST{{end}}{{end}}
{{- end}}
