package diag

import (
	"io"
	"maps"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
)

// SARIF prints the diagnostics as a SARIF 2.1.0 log with one run, the format that code hosts read.
// Absolute file names become file: URIs, relative ones stay relative to the root of the checkout (see
// Relative). Columns count bytes, which SARIF cannot say: on a line with other than ASCII characters
// before the span a viewer marks a place further right. The error is that of writing.
func SARIF(w io.Writer, list []*Diagnostic) error {
	codes := map[Code]bool{}
	results := make([]sarifResult, 0, len(list))
	for _, d := range list {
		codes[d.Code] = true
		results = append(results, sarifOf(d))
	}
	rules := make([]sarifRule, 0, len(codes))
	for _, code := range slices.Sorted(maps.Keys(codes)) {
		rules = append(rules, sarifRule{ID: string(code)})
	}
	return encode(w, sarifLog{
		Schema:  "https://json.schemastore.org/sarif-2.1.0.json",
		Version: "2.1.0",
		Runs: []sarifRun{{
			Tool: sarifTool{Driver: sarifDriver{
				Name:           "denormgen",
				InformationURI: "https://github.com/denormgen/denormgen",
				Rules:          rules,
			}},
			ColumnKind: "unicodeCodePoints",
			Results:    results,
		}},
	})
}

func sarifOf(d *Diagnostic) sarifResult {
	text := d.Message
	if len(d.Path) > 0 {
		text += "\nin " + strings.Join(d.Path, " > ")
	}
	if d.Help != "" {
		text += "\nhelp: " + strings.ReplaceAll(d.Help, "\n", "\nhelp: ")
	}
	r := sarifResult{RuleID: string(d.Code), Level: string(d.Severity), Message: sarifMessage{Text: text}}
	if d.Primary.File != "" {
		r.Locations = []sarifLocation{{Physical: physical(d.Primary)}}
	}
	for _, rel := range d.Related {
		if rel.Span.File == "" {
			continue
		}
		r.Related = append(r.Related, sarifLocation{
			Physical: physical(rel.Span),
			Message:  &sarifMessage{Text: rel.Message},
		})
	}
	if f := d.Fix; f != nil && f.Span.File != "" && f.Span.Line > 0 {
		r.Fixes = []sarifFix{{Changes: []sarifChange{{
			Artifact:     sarifArtifact{URI: fileURI(f.Span.File)},
			Replacements: []sarifReplacement{{Deleted: *regionOf(f.Span), Inserted: sarifMessage{Text: f.Text}}},
		}}}}
	}
	return r
}

func physical(s Span) sarifPhysical {
	return sarifPhysical{Artifact: sarifArtifact{URI: fileURI(s.File)}, Region: regionOf(s)}
}

func regionOf(s Span) *sarifRegion {
	if s.Line < 1 {
		return nil
	}
	r := &sarifRegion{StartLine: s.Line}
	if s.Col > 0 {
		r.StartColumn, r.EndColumn = s.Col, s.Col+max(s.Width, 0)
	}
	return r
}

func fileURI(file string) string {
	u := url.URL{Path: filepath.ToSlash(file)}
	if filepath.IsAbs(file) {
		u.Scheme = "file"
		if !strings.HasPrefix(u.Path, "/") { // a drive letter
			u.Path = "/" + u.Path
		}
	}
	return u.String()
}

type sarifLog struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool       sarifTool     `json:"tool"`
	ColumnKind string        `json:"columnKind"`
	Results    []sarifResult `json:"results"`
}

type sarifTool struct {
	Driver sarifDriver `json:"driver"`
}

type sarifDriver struct {
	Name           string      `json:"name"`
	InformationURI string      `json:"informationUri"`
	Rules          []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID string `json:"id"`
}

type sarifResult struct {
	RuleID    string          `json:"ruleId"`
	Level     string          `json:"level"`
	Message   sarifMessage    `json:"message"`
	Locations []sarifLocation `json:"locations,omitempty"`
	Related   []sarifLocation `json:"relatedLocations,omitempty"`
	Fixes     []sarifFix      `json:"fixes,omitempty"`
}

type sarifMessage struct {
	Text string `json:"text"`
}

type sarifLocation struct {
	Physical sarifPhysical `json:"physicalLocation"`
	Message  *sarifMessage `json:"message,omitempty"`
}

type sarifPhysical struct {
	Artifact sarifArtifact `json:"artifactLocation"`
	Region   *sarifRegion  `json:"region,omitempty"`
}

type sarifArtifact struct {
	URI string `json:"uri"`
}

type sarifRegion struct {
	StartLine   int `json:"startLine"`
	StartColumn int `json:"startColumn,omitempty"`
	EndColumn   int `json:"endColumn,omitempty"`
}

type sarifFix struct {
	Changes []sarifChange `json:"artifactChanges"`
}

type sarifChange struct {
	Artifact     sarifArtifact      `json:"artifactLocation"`
	Replacements []sarifReplacement `json:"replacements"`
}

type sarifReplacement struct {
	Deleted  sarifRegion  `json:"deletedRegion"`
	Inserted sarifMessage `json:"insertedContent"`
}
