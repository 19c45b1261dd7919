package denorm_test

import (
	"cmp"
	"math"
	"slices"
	"testing"

	denorm "github.com/denormgen/denormgen/runtime"
)

func TestSortableVersions(t *testing.T) {
	numbers := []uint64{0, 1, 9, 10, 99, math.MaxInt64, math.MaxUint64}
	var list []denorm.Version
	for _, epoch := range numbers {
		for _, seq := range numbers {
			list = append(list, denorm.Version{Epoch: epoch, Seq: seq})
		}
	}
	for _, v := range list {
		if back, err := denorm.ParseSortable(v.Sortable()); err != nil || back != v {
			t.Errorf("%s is read as %s, %v", v, back, err)
		}
	}
	if !slices.IsSortedFunc(list, func(v, w denorm.Version) int { return cmp.Compare(v.Sortable(), w.Sortable()) }) {
		t.Error("the order of the texts is not that of the versions")
	}
	for _, text := range []string{
		"", "1.2",
		"00000000000000000001-00000000000000000002",
		"0000000000000000000x.00000000000000000002",
		"00000000000000000001.-0000000000000000002",
		"99999999999999999999.00000000000000000002",
	} {
		if v, err := denorm.ParseSortable(text); err == nil || v != (denorm.Version{}) {
			t.Errorf("%q is read as %s, %v", text, v, err)
		}
	}
}
