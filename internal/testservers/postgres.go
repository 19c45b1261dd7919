package testservers

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"sync"
)

// postgres starts the process's PostgreSQL server at the first call.
var postgres = sync.OnceValues(startPostgres)

func startPostgres() (*server, error) {
	initdb, ok := find("initdb", "/usr/lib/postgresql/*/bin", "/usr/local/pgsql/bin", "/opt/homebrew/opt/postgresql*/bin")
	if ok {
		// The link of a distribution may lie alone in a folder of PATH.
		if resolved, err := filepath.EvalSymlinks(initdb); err == nil {
			initdb = resolved
		}
	}
	program := filepath.Join(filepath.Dir(initdb), "postgres")
	if _, err := os.Stat(program); !ok || err != nil {
		return nil, missingError{what: "PostgreSQL", install: "its server programs (apt-get install postgresql)"}
	}
	home, err := newHome("pg")
	if err != nil {
		return nil, err
	}
	dsn := func(database string) string {
		return fmt.Sprintf("host=%s user=postgres dbname=%s", home.dir, database)
	}
	server, err := home.start("pgx", dsn, func(admin *sql.DB) error {
		data := home.path("data")
		if err := home.run(initdb, "-D", data, "-U", "postgres", "-A", "trust", "--locale=C", "-E", "UTF8", "--no-sync"); err != nil {
			return err
		}
		return home.serve(admin, "INT", program, "-D", data, "-k", home.dir, "-c", "listen_addresses=",
			"-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off", "-c", "max_connections=200", "-c", "deadlock_timeout=20ms",
			"-c", "wal_level=logical") // so that tables can be replicated from one database to another
	}, "postgres")
	if err != nil {
		return nil, err
	}
	server.create = func(database string) string { return "CREATE DATABASE " + database }
	server.drop = func(database string) string { return "DROP DATABASE " + database + " WITH (FORCE)" }
	return server, nil
}
