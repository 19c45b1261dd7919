// Command denormgen generates typed documents, the SQL that loads them, and their accessors from
// annotated structs. Run it without arguments in a package's folder, or see denormgen --help.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/denormgen/denormgen/gen/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := cli.Run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
