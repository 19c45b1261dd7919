// Package golden runs the generator over small scenarios, one txtar file each, and checks what it
// writes, what it says, and what the generated code returns from real databases.
//
// A scenario is a package of models, and either wanted diagnostics or data with wanted documents:
//
//	What it shows, in a sentence or two.
//	-- models.go --         the package; more files, and packages in sub-folders, as needed
//	-- errors.txt --        the wanted diagnostics, paths relative to the scenario
//
//	-- schema.sql --        tables and rows, statements separated by ";\n"
//	-- schema.postgres.sql  instead of schema.sql on that database (also mysql, sqlite)
//	-- want.json --         the documents of every collection, in key order
//
// In Go files `example.test` stands for the module that the scenarios are put into; the scenario's own
// package is `example.test/<file name without .txtar>`.
package golden

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/tools/txtar"
)

// module is the import path of the module that scenarios are put into.
const module = "example.test"

// Scenario is one txtar file.
type Scenario struct {
	Name    string // file name without its ending; also the folder and the package path
	File    string
	Archive *txtar.Archive
}

// Read reads the scenarios of a folder, in order of their names.
func Read(folder string) ([]*Scenario, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.txtar"))
	if err != nil {
		return nil, err
	}
	var list []*Scenario
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", file, err)
		}
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		list = append(list, &Scenario{Name: name, File: file, Archive: archive})
	}
	return list, nil
}

// Part returns the content of a file of the scenario.
func (s *Scenario) Part(name string) (string, bool) {
	for _, f := range s.Archive.Files {
		if f.Name == name {
			return string(f.Data), true
		}
	}
	return "", false
}

// SetPart replaces or adds a file of the scenario and writes the scenario back.
func (s *Scenario) SetPart(name, content string) error {
	at := -1
	for i, f := range s.Archive.Files {
		if f.Name == name {
			at = i
		}
	}
	if at < 0 {
		at = len(s.Archive.Files)
		s.Archive.Files = append(s.Archive.Files, txtar.File{Name: name})
	}
	s.Archive.Files[at].Data = []byte(content)
	return os.WriteFile(s.File, txtar.Format(s.Archive), 0o644)
}

// Fails tells whether the scenario wants diagnostics rather than documents.
func (s *Scenario) Fails() bool {
	_, ok := s.Part("errors.txt")
	return ok
}

// Schema returns the statements that make and fill the tables on a dialect.
func (s *Scenario) Schema(dialect string) ([]string, error) {
	text, ok := s.Part("schema." + dialect + ".sql")
	if !ok {
		text, ok = s.Part("schema.sql")
	}
	if !ok {
		return nil, fmt.Errorf("%s: has neither errors.txt nor schema.sql", s.File)
	}
	var list []string
	for statement := range strings.SplitSeq(text, ";\n") {
		if statement = strings.TrimSpace(statement); statement != "" {
			list = append(list, statement)
		}
	}
	return list, nil
}

// Extract writes the scenario's Go files into its folder below dir.
func (s *Scenario) Extract(dir string) error {
	for _, f := range s.Archive.Files {
		if !strings.HasSuffix(f.Name, ".go") {
			continue
		}
		path := filepath.Join(dir, s.Name, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, f.Data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// Module makes a module in dir which builds against the denormgen in repo.
func Module(dir, repo string) error {
	text, err := os.ReadFile(filepath.Join(repo, "go.mod"))
	if err != nil {
		return err
	}
	const own = "github.com/denormgen/denormgen"
	mod := strings.Replace(string(text), "module "+own, "module "+module, 1)
	mod += fmt.Sprintf("\nrequire %s v0.0.0\n\nreplace %s => %s\n", own, own, repo)
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte(mod), 0o644); err != nil {
		return err
	}
	sum, err := os.ReadFile(filepath.Join(repo, "go.sum"))
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "go.sum"), sum, 0o644)
}

// indent lays JSON out for people.
func indent(text []byte) (string, error) {
	var value json.RawMessage
	if err := json.Unmarshal(text, &value); err != nil {
		return "", err
	}
	out, err := json.MarshalIndent(value, "", "  ")
	return string(out) + "\n", err
}
