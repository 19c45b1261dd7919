package denorm

import (
	"cmp"
	"errors"
)

// task is something that runs in a goroutine of its own, and that somebody waits for.
type task[T any] struct {
	done     chan struct{}
	value    T
	err      error
	panicked any
}

// errEnded is what comes of a task that never returned: runtime.Goexit ended its goroutine.
var errEnded = errors.New("the code that was called ended the goroutine it ran in")

func begin[T any](do func() (T, error)) *task[T] {
	t := &task[T]{done: make(chan struct{})}
	go func() {
		defer close(t.done)
		defer func() { t.panicked = recover() }() // of the user's code: whoever waits may know what to do
		t.err = errEnded
		t.value, t.err = do()
	}()
	return t
}

// wait returns what the task came to, and panics as it did.
func (t *task[T]) wait() (T, error) {
	<-t.done
	if t.panicked != nil {
		panic(t.panicked)
	}
	return t.value, t.err
}

// eachBatch cuts a list into batches and calls do for each. With abreast two calls may run at once. It returns the first
// error, after which none is begun.
func eachBatch[T any](list []T, abreast bool, do func(batch []T) error) error {
	turn := func(first, second []T) (err error) {
		if len(second) > 0 {
			beside := begin(func() (struct{}, error) { return struct{}{}, do(second) })
			defer func() {
				_, failed := beside.wait()
				err = cmp.Or(err, failed)
			}()
		}
		return do(first)
	}
	for len(list) > 0 {
		var first, second []T
		first, list = cutBatch(list)
		if abreast {
			second, list = cutBatch(list)
		}
		if err := turn(first, second); err != nil {
			return err
		}
	}
	return nil
}

func cutBatch[T any](list []T) (batch, rest []T) {
	n := min(len(list), maxBatch)
	return list[:n], list[n:]
}
