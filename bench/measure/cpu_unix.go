//go:build unix

package measure

import (
	"syscall"
	"time"
)

// cpuTime is what this process has used of processors so far, its collector of garbage included.
func cpuTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
