package sqlsink

import (
	"fmt"
	"slices"
	"strings"

	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/internal/sqlerror"
)

// isBusy tells that the same statement may go well a moment later: a lock, a deadlock, a serialization failure.
func isBusy(err error) bool {
	if state, ok := sqlerror.State(err); ok {
		return slices.Contains([]string{"40001", "40P01", "55P03"}, state)
	}
	if number, ok := sqlerror.Number(err); ok {
		return slices.Contains([]uint64{1020, 1205, 1213, 1412, 3572, 4024}, number)
	}
	code, ok := sqlerror.Code(err)
	return ok && slices.Contains([]int64{5, 6, 17}, code)
}

// ofDocument is what a database has against one of the documents that it was given, nil where the error is another.
func ofDocument(err error) error {
	if err == nil {
		return nil
	}
	if state, ok := sqlerror.State(err); ok {
		switch {
		case strings.HasPrefix(state, "54") && !strings.Contains(err.Error(), "index"):
			return tooLarge(err)
		case strings.HasPrefix(state, "22"), strings.HasPrefix(state, "54"), state == "23514":
			return refused(err)
		}
		return nil
	}
	if number, ok := sqlerror.Number(err); ok {
		switch {
		case number == 1153:
			return tooLarge(err)
		case 3140 <= number && number <= 3158, slices.Contains([]uint64{1301, 1366, 1406, 3819, 4025, 4038}, number):
			return refused(err)
		}
		return nil
	}
	if code, ok := sqlerror.Code(err); ok {
		switch {
		case code == 18:
			return tooLarge(err)
		case code == 19, code == 1 && strings.Contains(err.Error(), "malformed JSON"):
			return refused(err)
		}
		return nil
	}
	if strings.Contains(err.Error(), "packet for query is too large") { // the MySQL driver's own limit
		return tooLarge(err)
	}
	return nil
}

func refused(err error) error { return fmt.Errorf("the database refuses the document: %w", err) }

func tooLarge(err error) error { return fmt.Errorf("%w: %w", denorm.ErrTooLarge, err) }
