package denorm

import (
	"database/sql/driver"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestSlab copies texts of all lengths, whose source is overwritten behind it.
func TestSlab(t *testing.T) {
	var s slab
	random := rand.New(rand.NewPCG(1, 2))
	var want, got []string
	buffer := make([]byte, 2*largestPiece)
	for range 5000 {
		text := strings.Repeat(string(rune('a'+random.IntN(26))), random.IntN(1<<random.IntN(17)))
		want = append(want, text)
		got = append(got, s.copy(buffer[:copy(buffer, text)]))
	}
	for i, text := range want {
		if got[i] != text {
			t.Fatalf("text %d of %d bytes is %d bytes, or others", i, len(text), len(got[i]))
		}
	}
}

// TestSlabAllocates bounds what a batch of many short texts, and one of few, takes.
func TestSlabAllocates(t *testing.T) {
	text := []byte("twenty bytes of text")
	for texts, most := range map[int]float64{1: 1, 100: 3, 10_000: 13} {
		got := testing.AllocsPerRun(10, func() {
			var s slab
			for range texts {
				s.copy(text)
			}
		})
		if got > most {
			t.Errorf("%d texts took %v allocations, more than %v", texts, got, most)
		}
	}
}

// TestNullTexts reads texts that may be missing: their pointers are all different, and do not cost an allocation each.
func TestNullTexts(t *testing.T) {
	const texts = 1000
	row := &valueRow{values: make([]driver.Value, 1)}
	var list []*string
	for i := range texts {
		row.values[0] = strings.Repeat("x", i)
		list = append(list, Null(row, 0, Row.Text))
	}
	row.values[0] = nil
	if Null(row, 0, Row.Text) != nil {
		t.Error("NULL is not nil")
	}
	for i, text := range list {
		if len(*text) != i {
			t.Fatalf("text %d has %d bytes", i, len(*text))
		}
		*text = ""
	}
	row.values[0] = "text"
	each := testing.AllocsPerRun(10*texts, func() { Null(row, 0, Row.Text) })
	if each > 0.1 {
		t.Errorf("a text took %v allocations", each)
	}
	if text := Null(row, 0, Row.Value); *text != "text" {
		t.Errorf("got %v", *text)
	}
	type named string
	if text := Null(row, 0, Text[named]); *text != "text" {
		t.Errorf("got %q", *text)
	}
	if number := Null(&valueRow{values: []driver.Value{int64(7)}}, 0, Row.Int64); *number != 7 {
		t.Errorf("got %d", *number)
	}
}
