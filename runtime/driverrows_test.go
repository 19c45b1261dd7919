package denorm

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// scripted is a driver with one connection, that answers every query with rows of its own.
type scripted struct {
	driver.Conn
	count    int           // of rows
	before   func(row int) // called before a row is read
	end      error         // behind the last row
	closing  error
	buffer   []byte // that each row is made in
	read     int
	closed   int
	kept     bool // whether the connection was still there in the end
	checking func(*driver.NamedValue) error
}

func (s *scripted) Connect(context.Context) (driver.Conn, error) { return s, nil }
func (s *scripted) Driver() driver.Driver                        { return nil }
func (s *scripted) IsValid() bool                                { return true }
func (s *scripted) Close() error                                 { return nil }

func (s *scripted) QueryContext(context.Context, string, []driver.NamedValue) (driver.Rows, error) {
	return scriptedRows{s}, nil
}

func (s *scripted) CheckNamedValue(value *driver.NamedValue) error { return s.checking(value) }

type scriptedRows struct{ *scripted }

func (r scriptedRows) Columns() []string { return []string{"number", "text"} }

func (r scriptedRows) Next(dest []driver.Value) error {
	if r.before != nil {
		r.before(r.read)
	}
	if r.read == r.count {
		return r.end
	}
	r.buffer = fmt.Appendf(r.buffer[:0], "row %03d", r.read)
	r.scripted.buffer = r.buffer
	dest[0], dest[1] = int64(r.read), r.buffer
	r.read++
	return nil
}

func (r scriptedRows) Close() error {
	r.closed++
	return r.closing
}

// walk reads up to most rows, closes them, and gives the connection back.
func (s *scripted) walk(t *testing.T, ctx context.Context, most int) (read int, err error) {
	t.Helper()
	db := sql.OpenDB(s)
	defer db.Close()
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = conn.Close()
		s.kept = db.Stats().OpenConnections == 1
	}()
	var rows driverRows
	if err := rows.open(ctx, conn, "SELECT", nil); err != nil {
		return 0, err
	}
	var cursor valueCursor
	cursor.open(ctx, &rows, watch{})
	for read < most && cursor.next() {
		if number, text := cursor.row().Int64(0), cursor.row().Text(1); number != int64(read) || text != fmt.Sprintf("row %03d", read) {
			t.Errorf("row %d is %d, %q", read, number, text)
		}
		read++
	}
	return read, errors.Join(cursor.close(), cursor.close())
}

func TestDriverRows(t *testing.T) {
	broken := errors.New("broken")
	for _, c := range []struct {
		name         string
		count, most  int
		end, closing error
		want         int // rows
		err          error
	}{
		{name: "none", most: 9, end: io.EOF},
		{name: "one", count: 1, most: 9, end: io.EOF, want: 1},
		{name: "as many as are read at once", count: rowsAhead, most: 999, end: io.EOF, want: rowsAhead},
		{name: "many", count: 200, most: 999, end: io.EOF, want: 200},
		{name: "some of many", count: 200, most: 2, end: io.EOF, want: 2},
		{name: "ends early", count: 50, most: 999, end: broken, want: 50, err: broken},
		{name: "ends early behind what is asked for", count: 50, most: 40, end: broken, want: 40},
		{name: "lost", count: 5, most: 999, end: driver.ErrBadConn, err: driver.ErrBadConn},
		{name: "lost later", count: 50, most: 999, end: driver.ErrBadConn, want: rowsAhead, err: driver.ErrBadConn},
		{name: "lost when closed", count: 5, most: 999, end: io.EOF, closing: driver.ErrBadConn, err: driver.ErrBadConn},
		{name: "lost when closed amid rows", count: 50, most: 1, end: io.EOF, closing: driver.ErrBadConn, want: 1, err: driver.ErrBadConn},
		{name: "cannot be closed", count: 50, most: 999, end: io.EOF, closing: broken, want: 50, err: broken},
		{name: "cannot be closed amid rows", count: 50, most: 1, end: io.EOF, closing: broken, want: 1, err: broken},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &scripted{count: c.count, end: c.end, closing: c.closing}
			read, err := s.walk(t, t.Context(), c.most)
			if read != c.want || !errors.Is(err, c.err) {
				t.Errorf("%d rows, %v; want %d, %v", read, err, c.want, c.err)
			}
			if lost := errors.Is(c.err, driver.ErrBadConn); s.closed != 1 || s.kept == lost {
				t.Errorf("closed %d times, the connection is kept: %v", s.closed, s.kept)
			}
		})
	}
}

// TestDriverRowsReadNoFurther ends a context while rows are read ahead.
func TestDriverRowsReadNoFurther(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := &scripted{count: 100, end: io.EOF, before: func(row int) {
		if row == rowsAhead+5 {
			cancel()
		}
	}}
	if read, err := s.walk(t, ctx, 999); read != rowsAhead+1 || !errors.Is(err, context.Canceled) || s.read != rowsAhead+6 || s.closed != 1 {
		t.Errorf("%d rows, %v; the driver read %d, and was closed %d times", read, err, s.read, s.closed)
	}
}

func TestBind(t *testing.T) {
	s := &scripted{checking: func(value *driver.NamedValue) error {
		switch v := value.Value.(type) {
		case string:
			return driver.ErrRemoveArgument
		case int64:
			value.Value = v + 1
			return nil
		}
		return driver.ErrSkip
	}}
	bound, err := bind(s, []any{int64(7), "gone", 7})
	want := []driver.NamedValue{{Ordinal: 1, Value: int64(8)}, {Ordinal: 2, Value: int64(7)}}
	if diff := cmp.Diff(want, bound); diff != "" || err != nil {
		t.Errorf("%v, differs (-want +got):\n%s", err, diff)
	}
	if _, err := bind(s, []any{struct{}{}}); err == nil {
		t.Error("a struct is bound")
	}
}
