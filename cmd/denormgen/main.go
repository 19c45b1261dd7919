// Command denormgen generates typed documents, the SQL that loads them, and their accessors from
// annotated structs. Run it without arguments in a package's folder, or see denormgen --help.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	// The drivers of denormgen sql --dsn. They need no C compiler.
	_ "github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"github.com/denormgen/denormgen/gen/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := cli.Run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
