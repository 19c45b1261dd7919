//go:build unix

package faults

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/denormgen/denormgen/internal/truth/models"
	"github.com/denormgen/denormgen/internal/truth/subject"
	denorm "github.com/denormgen/denormgen/runtime"
)

// work installs, follows the feed and does what a child is told, until it is killed.
func (o orders) work(ctx context.Context, engine *denorm.Engine) error {
	subjects := subject.All(engine)
	var library *models.Library
	if o.Work == gathers || o.Work == builds {
		library = models.NewLibrary(engine)
	}
	if err := engine.Install(ctx); err != nil {
		return err
	}
	failed := make(chan error, 1)
	go func() { failed <- engine.Run(ctx) }()
	if err := engine.Drain(ctx); err != nil {
		return err
	}
	say("begun")
	tags := models.NewTags(engine)
	switch o.Work {
	case reads:
		go func() {
			for random := rand.New(rand.NewPCG(1, 9)); ; time.Sleep(100 * time.Microsecond) {
				if _, err := subjects[random.IntN(len(subjects))].Read(ctx, random); err != nil {
					failed <- err
				}
			}
		}()
	case counts:
		go func() { failed <- count(ctx, engine, tags) }()
	case stampedes:
		go func() { failed <- o.stampede(ctx, engine, tags) }()
	case gathers:
		go func() { failed <- o.gather(ctx, engine, library) }()
	case builds:
		go func() {
			_, err := library.Get(ctx, "all")
			failed <- err
		}()
	case holds:
		go func() {
			failed <- told(func(id int64) error {
				_, err := tags.Get(ctx, id)
				return err
			})
		}()
	}
	return <-failed
}

// told calls a function for each number that the parent says.
func told(do func(number int64) error) error {
	scanner := bufio.NewScanner(os.Stdin)
	for scanner.Scan() {
		number, err := strconv.ParseInt(scanner.Text(), 10, 64)
		if err == nil {
			err = do(number)
		}
		if err != nil {
			return err
		}
	}
	return errors.Join(errors.New("nobody speaks any more"), scanner.Err())
}

// glimpse is what a child saw of a tag.
type glimpse struct {
	Begun  time.Time
	Weight int
	Hits   int64 // so far
}

// count reads one tag over and over.
func count(ctx context.Context, engine *denorm.Engine, tags *models.Tags) error {
	for ; ; time.Sleep(time.Millisecond) {
		begun := time.Now()
		doc, err := tags.Get(ctx, 1)
		if err != nil {
			return err
		}
		stats := engine.Stats()
		text, err := json.Marshal(glimpse{begun, doc.Weight, stats.LocalHits + stats.SharedHits})
		if err != nil {
			return err
		}
		say(string(text))
	}
}

// stampede reads a tag with many readers at once, and says how often it was loaded.
func (o orders) stampede(ctx context.Context, engine *denorm.Engine, tags *models.Tags) error {
	return told(func(id int64) error {
		before := engine.Stats()
		errs := make([]error, o.Readers)
		begin := make(chan struct{})
		var readers sync.WaitGroup
		for i := range errs {
			readers.Go(func() {
				<-begin
				doc, err := tags.Get(ctx, id)
				if err == nil && doc.Weight != int(id) {
					err = fmt.Errorf("tag %d is %d", id, doc.Weight)
				}
				errs[i] = err
			})
		}
		close(begin)
		readers.Wait()
		after := engine.Stats()
		text, err := json.Marshal(rush{
			Loads: after.Batches - before.Batches, Misses: after.Misses - before.Misses, Waits: after.LeaseWaits - before.LeaseWaits,
		})
		if err := errors.Join(append(errs, err)...); err != nil {
			return err
		}
		say(string(text))
		return nil
	})
}

// rush is what a stampede did in one process.
type rush struct {
	Loads  int64 // from the database
	Misses int64 // leases that were taken
	Waits  int64
}
