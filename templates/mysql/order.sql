{{/* NULL is the lowest value by default, and there is no NULLS FIRST. */ -}}
{{define "order" -}}
{{if .Raised}}{{.Column}} IS NULL{{if .First}} DESC{{end}}, {{end -}}
{{.Column}}{{if .Desc}} DESC{{end}}
{{- end}}
