package cli

import (
	"fmt"
	"strings"

	"github.com/denormgen/denormgen/runtime/capture"
)

// script is statements and what is to be said above them.
type script struct {
	dialect    capture.Dialect
	statements capture.Statements
	problems   []capture.Problem
}

// head is what begins every file.
func (s script) head() string {
	var text strings.Builder
	fmt.Fprintf(&text, "-- Change capture for documents, as denormgen sql --dialect=%s writes it.\n", s.dialect)
	for _, problem := range s.problems {
		for line := range strings.SplitSeq(problem.String(), "\n") {
			fmt.Fprintf(&text, "-- Not seen: %s\n", strings.TrimSpace(line))
		}
	}
	return text.String() + "\n"
}

// plain is for the shell of a database: mysql cuts statements at the delimiter wherever it stands.
func (s script) plain(statements []string) string {
	var text strings.Builder
	text.WriteString(s.head())
	for _, statement := range statements {
		if s.dialect == capture.MySQL && strings.Contains(statement, ";") {
			const delimiter = "//"
			fmt.Fprintf(&text, "DELIMITER %s\n%s\n%s\nDELIMITER ;\n\n", delimiter, statement, delimiter)
			continue
		}
		text.WriteString(statement + ";\n\n")
	}
	return text.String()
}

// goose is a migration for goose in both directions.
func (s script) goose() string {
	up, down := strings.Builder{}, strings.Builder{}
	for _, part := range []struct {
		text       *strings.Builder
		word       string
		statements []string
	}{{&up, "Up", s.statements.Up}, {&down, "Down", s.statements.Down}} {
		part.text.WriteString("-- +goose " + part.word + "\n")
		for _, statement := range part.statements {
			// Goose cuts after lines that end with a semicolon, and takes "--" for the end of a line.
			if strings.Contains(statement, ";") || strings.Contains(statement, "--") {
				fmt.Fprintf(part.text, "-- +goose StatementBegin\n%s\n-- +goose StatementEnd\n\n", statement)
				continue
			}
			part.text.WriteString(statement + ";\n\n")
		}
	}
	return s.head() + up.String() + down.String()
}

// migrate is one direction for golang-migrate, which sends the file as it is.
func (s script) migrate(statements []string) string {
	return s.head() + strings.Join(statements, ";\n\n") + ";\n"
}
