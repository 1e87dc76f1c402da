package access

import (
	"container/list"
	"hash/maphash"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// maxBuckets is how many keys a rate is counted for at once, some ten megabytes.
const maxBuckets = 1 << 16

// buckets is one Rate, counted for each key. When there are too many keys, the
// one that was used longest ago is forgotten: whoever wants a key forgotten has
// to name 65536 others first, in which time its bucket has filled again anyway if
// callers have a rate of their own.
//
// Keys are kept as hashes under a random seed: they may be long, and they may be
// what should not be kept.
type buckets struct {
	rate Rate
	max  int
	seed maphash.Seed

	mu    sync.Mutex
	byKey map[uint64]*list.Element
	used  *list.List // of *bucket, latest first
}

type bucket struct {
	key uint64
	*rate.Limiter
}

func newBuckets(r Rate) (*buckets, error) {
	r, err := r.normal()
	if err != nil {
		return nil, err
	}
	return &buckets{rate: r, max: maxBuckets, seed: maphash.MakeSeed(), byKey: map[uint64]*list.Element{}, used: list.New()}, nil
}

// take takes one from the key's bucket, or says when there will be one.
func (b *buckets) take(key string, now time.Time) (ok bool, retryAfter time.Duration) {
	if b.rate == (Rate{}) {
		return true, 0
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	r := b.bucket(key).ReserveN(now, 1)
	if wait := r.DelayFrom(now); wait > 0 {
		r.CancelAt(now)
		return false, wait
	}
	return true, 0
}

// look says what take would, and takes nothing.
func (b *buckets) look(key string, now time.Time) (ok bool, retryAfter time.Duration) {
	if b.rate == (Rate{}) {
		return true, 0
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	e, found := b.byKey[maphash.String(b.seed, key)]
	if !found {
		return true, 0
	}
	missing := 1 - e.Value.(*bucket).TokensAt(now)
	if missing <= 0 {
		return true, 0
	}
	return false, time.Duration(missing / b.rate.PerSecond * float64(time.Second))
}

// bucket returns the key's bucket, a full one if it has none.
func (b *buckets) bucket(key string) *bucket {
	h := maphash.String(b.seed, key)
	if e, found := b.byKey[h]; found {
		b.used.MoveToFront(e)
		return e.Value.(*bucket)
	}
	if b.used.Len() >= b.max {
		oldest := b.used.Back()
		delete(b.byKey, b.used.Remove(oldest).(*bucket).key)
	}
	fresh := &bucket{h, rate.NewLimiter(rate.Limit(b.rate.PerSecond), b.rate.Burst)}
	b.byKey[h] = b.used.PushFront(fresh)
	return fresh
}
