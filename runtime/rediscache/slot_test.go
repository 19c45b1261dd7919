package rediscache

import "testing"

func TestSlots(t *testing.T) {
	for key, want := range map[string]int{"": 0, "123456789": 12739, "foo": 12182, "somekey": 11058} {
		if got := slotOf(key); got != want {
			t.Errorf("the slot of %q is %d, want %d", key, got, want)
		}
	}
	for i, tag := range markTags() {
		if got := slotOf(tag); got != i*markEvery {
			t.Errorf("tag %q is in slot %d, want %d", tag, got, i*markEvery)
		}
	}
	for _, slot := range []int{0, 1, 8193, slots - 1} {
		if got := slotOf(tagOf(slot)); got != slot {
			t.Errorf("the tag for slot %d is in slot %d", slot, got)
		}
	}
}
