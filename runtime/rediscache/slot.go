package rediscache

import "strconv"

// slots is how many a cluster has.
const slots = 16384

// markEvery is how far apart the slots are that have a mark wherever they are. A node of a cluster of up to sixteen
// with equal parts holds at least one.
const markEvery = 1024

// markTags returns hash tags in the slots 0, markEvery, 2*markEvery, ...
func markTags() [slots / markEvery]string {
	return [...]string{
		"3560", "22069", "48576", "11467", "4129", "130", "1296", "41342",
		"8209", "3706", "2821", "48710", "356", "45971", "16248", "4782",
	}
}

// tagOf finds a hash tag in a slot.
func tagOf(slot int) string {
	for n := 0; ; n++ {
		if tag := strconv.Itoa(n); slotOf(tag) == slot {
			return tag
		}
	}
}

// slotOf is the slot of a key that holds no braces.
func slotOf(key string) int {
	crc := uint16(0) // CRC-16/XMODEM
	for i := range len(key) {
		crc ^= uint16(key[i]) << 8
		for range 8 {
			if crc&0x8000 != 0 {
				crc = crc<<1 ^ 0x1021
			} else {
				crc <<= 1
			}
		}
	}
	return int(crc) % slots
}
