package capture

import (
	"context"
	"fmt"
)

// Installed hashes each trigger function of ours in the current schema with its triggers, the tables that
// should have them, and the schemas that its conditions depend on.
func (postgresBackend) Installed(ctx context.Context, q Queryer) (map[string]string, error) {
	query, err := templateText(Postgres, "installed", nil)
	if err != nil {
		return nil, err
	}
	found, err := readRows(ctx, q, query, func(scan func(...any) error) ([2]string, error) {
		var object [2]string
		err := scan(&object[0], &object[1])
		return object, err
	})
	if err != nil {
		return nil, fmt.Errorf("reading the installed triggers: %w", err)
	}
	installed := make(map[string]string, len(found))
	for _, object := range found {
		installed[object[0]] = object[1]
	}
	return installed, nil
}

// Fingerprint asks once, for all tables with their partitions and children.
func (postgresBackend) Fingerprint(ctx context.Context, q Queryer, layouts []Layout, _ Fingerprint) (Fingerprint, error) {
	query, err := templateText(Postgres, "fingerprint", nil)
	if err != nil {
		return Fingerprint{}, err
	}
	names, used := postgresNames(layouts)
	found, err := readRows(ctx, q, query, func(scan func(...any) error) (string, error) {
		var text string
		err := scan(&text)
		return text, err
	}, names, used)
	if err != nil {
		return Fingerprint{}, fmt.Errorf("reading the fingerprint of captured tables: %w", err)
	}
	return Fingerprint{definitions: [][]string{found}}, nil
}
