// Package templates holds the shape of the SQL statements that are generated, one folder per dialect.
// What stands in a statement is decided by gen/plan and spelled by gen/emit/sqltext; the templates only
// put it in place.
package templates

import (
	"embed"
	"io/fs"
)

//go:embed sqlite/*.sql postgres/*.sql mysql/*.sql
var files embed.FS

// FS returns the templates: <dialect>/<name>.sql.
func FS() fs.FS { return files }
