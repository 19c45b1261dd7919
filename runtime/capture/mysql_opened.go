package capture

import "context"

// mysqlOpened is how many definitions of tables a MariaDB server has opened since it started. Whatever alters a table
// or its triggers closes the definition for all, and whoever uses the table next opens it again and is counted.
type mysqlOpened struct {
	server  string // that counts, "" for none
	started int64  // when, in seconds by its clock
	count   int64
}

// mysqlReadOpened asks a MariaDB server.
func mysqlReadOpened(ctx context.Context, q Queryer) (mysqlOpened, error) {
	rows, err := readRows(ctx, q, `SELECT CONCAT_WS('/', @@hostname, @@port, @@server_id), CAST(UNIX_TIMESTAMP() - u.VARIABLE_VALUE AS SIGNED), CAST(o.VARIABLE_VALUE AS SIGNED)
FROM information_schema.GLOBAL_STATUS AS o, information_schema.GLOBAL_STATUS AS u
WHERE o.VARIABLE_NAME = 'OPENED_TABLE_DEFINITIONS' AND u.VARIABLE_NAME = 'UPTIME'`, func(scan func(...any) error) (o mysqlOpened, err error) {
		return o, scan(&o.server, &o.started, &o.count)
	})
	if err != nil || len(rows) != 1 {
		return mysqlOpened{}, err
	}
	return rows[0], nil
}

// same tells whether nothing was opened in between. Where the server was started again, it counts from zero.
func (o mysqlOpened) same(last mysqlOpened) bool {
	const rounding = 1
	return o.server != "" && o.server == last.server && o.count == last.count &&
		o.started-last.started <= rounding && last.started-o.started <= rounding
}
