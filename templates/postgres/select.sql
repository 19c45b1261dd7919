{{/* One statement, or the inside of a subquery: one clause a line. */ -}}
{{define "select" -}}
SELECT {{.Items}}
FROM {{.From}}
{{- range .Joins}}
{{if .Left}}LEFT JOIN{{else}}JOIN{{end}} {{.Source}} ON {{.On}}
{{- end}}
{{- with .Where}}
WHERE {{.}}
{{- end}}
{{- with .Order}}
ORDER BY {{.}}
{{- end}}
{{- end}}

{{/* The rows of the batch: the runtime puts a common table expression of this name in front. */ -}}
{{define "roots"}}denorm_roots AS {{.Alias}}{{end}}

{{/* By their keys: the runtime puts there what finds them. */ -}}
{{define "listed"}}{{.}} IN (denorm_keys){{end}}

{{define "table"}}{{.Table}} AS {{.Alias}}{{end}}

{{define "derived" -}}
(
{{indent .Select}}
) AS {{.Alias}}
{{- end}}

{{define "scalar" -}}
(
{{indent .Select}}
)
{{- end}}

{{define "in" -}}
{{.Refs}} IN (
{{indent .Select}}
)
{{- end}}

{{define "absent" -}}
NOT EXISTS (
{{indent .Select}}
)
{{- end}}

{{define "rank" -}}
DENSE_RANK() OVER (PARTITION BY {{.Partition}} ORDER BY {{.Order}})
{{- end}}

