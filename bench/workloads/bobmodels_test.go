package workloads

import (
	"flag"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/denormgen/denormgen/internal/testservers"
	"github.com/jmoiron/sqlx"
)

var bobgen = flag.Bool("bobgen", false, "generate the models of peers/bob")

// TestBobModels generates the models of the peer bob by the version that go.mod has. Bob reads tables from a database, and
// so go generate asks for this.
func TestBobModels(t *testing.T) {
	if !*bobgen {
		t.Skip("go generate ./peers/bob makes the models")
	}
	dsn := testservers.PostgresDSN(t)
	db, err := sqlx.Connect("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	createTables(t, db)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) string {
		t.Helper()
		command := exec.CommandContext(t.Context(), "go", args...)
		command.Dir = "../peers/bob"
		command.Env = append(os.Environ(), "PSQL_DSN="+dsn)
		command.Stderr = os.Stderr
		out, err := command.Output()
		if err != nil {
			t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return string(out)
	}
	version := strings.TrimSpace(run("list", "-m", "-f", "{{.Version}}", "github.com/stephenafamo/bob"))
	run("run", "github.com/stephenafamo/bob/gen/bobgen-psql@"+version)
}
