package relay

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"net"
	"slices"
	"strings"

	"github.com/denormgen/denormgen/runtime/internal/sqlerror"
)

// fault is what kind of error a database gave.
type fault int

const (
	faultConnection fault = iota // nothing is known: connection, context, driver, server in trouble
	faultBusy                    // locks, deadlock, serialization: the same again may go well
	faultStatement               // the statement fails on these data
)

// faultOf tells what kind an error is, without the drivers' types: this package links none of them.
func faultOf(err error) fault {
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded), errors.Is(err, driver.ErrBadConn),
		errors.Is(err, sql.ErrConnDone), errors.Is(err, sql.ErrTxDone):
		return faultConnection
	}
	if _, isNet := errors.AsType[net.Error](err); isNet {
		return faultConnection
	}
	if state, ok := sqlerror.State(err); ok {
		return faultOfState(state)
	}
	if number, ok := sqlerror.Number(err); ok {
		return faultOfNumber(number)
	}
	if code, ok := sqlerror.Code(err); ok {
		return faultOfCode(code)
	}
	return faultConnection
}

// faultOfState sorts the SQLSTATEs of PostgreSQL.
func faultOfState(state string) fault {
	switch {
	case state == "40001", state == "40P01", state == "55P03", state == "25006":
		return faultBusy
	case state == "57014": // statement_timeout: these data take too long, today and tomorrow
		return faultStatement
	}
	if len(state) == 5 && slices.Contains([]string{"08", "25", "40", "53", "55", "57", "58", "F0", "XX"}, state[:2]) {
		return faultConnection
	}
	return faultStatement
}

// faultOfNumber sorts the error numbers of MySQL and MariaDB.
func faultOfNumber(number uint64) fault {
	switch number {
	case 1205, 1213, 3572, 1020, 4024:
		return faultBusy
	case 1040, 1042, 1043, 1047, 1053, 1077, 1078, 1079, 1080, 1129, 1152, 1153, 1154, 1158, 1159, 1160, 1161, 1184,
		1203, 1226, 1290, 1317, 1792, 1836, 1927, 2006, 2013, 4031, 1021, 1030, 1037, 1038, 1041, 1114:
		return faultConnection
	}
	return faultStatement
}

// faultOfCode sorts the primary result codes of SQLite.
func faultOfCode(code int64) fault {
	switch code {
	case 5, 6, 17: // busy, locked, schema changed
		return faultBusy
	case 1, 18, 19, 20, 23, 25: // error, too big, constraint, mismatch, auth, range
		return faultStatement
	}
	return faultConnection
}

// isMissingTable tells that a statement failed because a table is not there.
func isMissingTable(err error) bool {
	if state, ok := sqlerror.State(err); ok {
		return state == "42P01"
	}
	if number, ok := sqlerror.Number(err); ok {
		return number == 1146
	}
	return strings.Contains(err.Error(), "no such table")
}

// isBusy tells that somebody else holds a lock.
func isBusy(err error) bool { return err != nil && faultOf(err) == faultBusy }
