package testservers

import (
	"database/sql"
	"fmt"
	"sync"
)

// mariadb starts the process's MariaDB server at the first call.
var mariadb = sync.OnceValues(startMariaDB)

func startMariaDB() (*server, error) {
	folders := []string{"/usr/sbin", "/usr/bin", "/usr/local/sbin", "/opt/homebrew/bin"}
	install, okInstall := find("mariadb-install-db", folders...)
	program, okProgram := find("mariadbd", folders...)
	if !okInstall || !okProgram {
		return nil, missingError{what: "MariaDB", install: "its server programs (apt-get install mariadb-server)"}
	}
	home, err := newHome("my")
	if err != nil {
		return nil, err
	}
	socket := home.path("socket")
	dsn := func(database string) string { return fmt.Sprintf("root@unix(%s)/%s", socket, database) }
	server, err := home.start("mysql", dsn, func(admin *sql.DB) error {
		data := home.path("data")
		if err := home.run(install, "--no-defaults", "--datadir="+data, "--auth-root-authentication-method=normal", "--skip-test-db"); err != nil {
			return err
		}
		return home.serve(admin, "TERM", program, "--no-defaults", "--datadir="+data, "--socket="+socket, "--skip-networking",
			"--pid-file="+home.path("pid"), "--tmpdir="+home.dir, "--innodb-flush-log-at-trx-commit=0", "--innodb-doublewrite=0",
			"--innodb-buffer-pool-size=64M", "--performance-schema=off")
	}, "")
	if err != nil {
		return nil, err
	}
	server.create = func(database string) string {
		return "CREATE DATABASE " + database + " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
	}
	server.drop = func(database string) string { return "DROP DATABASE " + database }
	return server, nil
}
