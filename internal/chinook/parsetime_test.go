package chinook_test

import (
	"bytes"
	"testing"

	"github.com/denormgen/denormgen/internal/chinook"
	"github.com/denormgen/denormgen/internal/chinook/models"
	denorm "github.com/denormgen/denormgen/runtime"
)

// TestParseTime compares documents with times under the driver's default, which hands them over as text,
// and under parseTime.
func TestParseTime(t *testing.T) {
	read := func(params ...string) [][]byte {
		engine, err := denorm.Open(t.Context(), chinook.MySQL(t, params...))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := engine.Close(); err != nil {
				t.Error(err)
			}
		})
		var list [][]byte
		for id := range int64(8) {
			employee, _, err := models.NewEmployees(engine).GetJSON(t.Context(), id+1)
			if err != nil {
				t.Fatal(err)
			}
			card, _, err := models.NewCustomerCards(engine).GetJSON(t.Context(), id+1)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, employee, card)
		}
		return list
	}
	plain := read()
	for _, params := range [][]string{{"parseTime=true"}, {"parseTime=true", "loc=UTC", "interpolateParams=true"}} {
		for i, document := range read(params...) {
			if !bytes.Equal(document, plain[i]) {
				t.Errorf("with %v a document is\n%s\nand without\n%s", params, document, plain[i])
			}
		}
	}
}
