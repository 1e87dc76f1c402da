package issuer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/pinblock"
)

// Options is what a Service is made with.
type Options struct {
	Profiles   []Profile // at least one; the first is the default product
	StorageKey string    // AES PIN key of the HSM (usage P0) that nobody else uses
	Vault      *Vault

	// Transport says whether clients may name a key of the HSM for their PIN
	// blocks. Nil allows every key but the service's own. What is a PIN key is the
	// HSM's to say.
	Transport func(label string) bool

	// Group is how many requests are committed together at most. 0 means 256; 1 is
	// a commit for each, which is what it costs without.
	Group int
	// Parallel is how many HSM calls a group makes at once. 0 means 8.
	Parallel int
	// HSMTimeout and StoreTimeout bound one call of the HSM and one transaction. 0
	// means 5 s and 10 s.
	HSMTimeout, StoreTimeout time.Duration

	Mail *MailOptions // nil: no PIN mailer
	// Keep is how long answers to idempotent requests are remembered. 0 means 30 days.
	Keep time.Duration
	Log  *slog.Logger // nil: none

	// OnGroup is told of each transaction: how many requests were in it, how long
	// it took, and its error. OnAnswer is told of each answer: the request's action
	// and its result, "" if there is an error. Both are for metrics, and may be nil.
	OnGroup  func(requests int, took time.Duration, err error)
	OnAnswer func(action string, r Result)
}

func (o *Options) defaults() {
	set := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	set(&o.HSMTimeout, 5*time.Second)
	set(&o.StoreTimeout, 10*time.Second)
	set(&o.Keep, 30*24*time.Hour)
	if o.Group == 0 {
		o.Group = 256
	}
	if o.Parallel == 0 {
		o.Parallel = 8
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.OnGroup == nil {
		o.OnGroup = func(int, time.Duration, error) {}
	}
	if o.OnAnswer == nil {
		o.OnAnswer = func(string, Result) {}
	}
}

// Service is the issuer's PIN service on an HSM and a store. It keeps nothing of
// a card itself: any number of processes may serve one store. It is safe for
// concurrent use.
type Service struct {
	hsm      *hsm.HSM
	store    Store
	o        Options
	profiles map[string]*Profile
	storage  hsm.PINKey
	own      map[string]bool // labels that no client may name
	queue    *queue
	mailed   chan struct{} // there may be mail to deliver
	now      func() time.Time
}

// New returns a service. It does not own the HSM and the store: close them after
// the service. The error says what the options lack, or what is wrong with a product:
// see [Profile.Check].
func New(h *hsm.HSM, s Store, o Options) (*Service, error) {
	o.defaults()
	switch {
	case h == nil || s == nil || o.Vault == nil:
		return nil, errors.New("issuer: a service needs an HSM, a store and a vault")
	case len(o.Profiles) == 0:
		return nil, errors.New("issuer: a service needs at least one product")
	case o.StorageKey == "":
		return nil, errors.New("issuer: a service needs a storage key")
	}
	v := &Service{
		hsm: h, store: s, o: o, profiles: map[string]*Profile{},
		storage: hsm.PINKey{Key: o.StorageKey, Format: pinblock.ISO4},
		own:     map[string]bool{o.StorageKey: true},
		mailed:  make(chan struct{}, 1),
		now:     time.Now,
	}
	for _, p := range o.Profiles {
		checked, err := p.check()
		if err != nil {
			return nil, err
		}
		if v.profiles[p.Name] != nil {
			return nil, fmt.Errorf("issuer: product %s is there twice", p.Name)
		}
		v.profiles[p.Name] = checked
		v.own[p.MethodKey] = true
	}
	if o.Mail != nil {
		if err := o.Mail.check(); err != nil {
			return nil, err
		}
		if h.Policy().Rule(pinblock.ISO4, o.Mail.Key.Format) == hsm.No {
			return nil, fmt.Errorf("issuer: PIN mailers: policy %s does not let ISO-4 become %s", h.Policy(), o.Mail.Key.Format)
		}
		v.own[o.Mail.Key.Key] = true
	}
	v.queue = newQueue(v, s.Lanes())
	return v, nil
}

// Close waits for the requests that were taken and takes no more.
func (s *Service) Close() {
	s.queue.close()
}

// Vault returns the service's vault.
func (s *Service) Vault() *Vault { return s.o.Vault }

// CheckKeys asks the HSM for every key of the configuration, and returns what is
// missing, if anything is. It does not ask whether a key is one for its purpose: the
// first request that needs it finds that out, as [ErrService].
func (s *Service) CheckKeys(ctx context.Context) error {
	var errs []error
	check := func(label, purpose string) {
		if _, err := s.hsm.KeyInfo(ctx, label); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", purpose, err))
		}
	}
	check(s.o.StorageKey, "storage key")
	for _, p := range s.o.Profiles {
		check(p.MethodKey, "verification key of product "+p.Name)
	}
	if s.o.Mail != nil {
		check(s.o.Mail.Key.Key, "key of the PIN mailer")
	}
	return errors.Join(errs...)
}

// profile returns the profile of a product; "" is the default one.
func (s *Service) profile(name string) (*Profile, error) {
	if name == "" {
		name = s.o.Profiles[0].Name
	}
	p := s.profiles[name]
	if p == nil {
		return nil, ErrNoProduct
	}
	return p, nil
}

// of returns the profile of a card. A product that is gone from the
// configuration is the service's fault, not the client's.
func (s *Service) of(c *Card) (*Profile, error) {
	p := s.profiles[c.Product]
	if p == nil {
		return nil, fmt.Errorf("%w: product %s has cards and is not configured", ErrService, c.Product)
	}
	return p, nil
}

// transport returns an error for a key that clients may not name.
func (s *Service) transport(keys ...hsm.PINKey) error {
	for _, k := range keys {
		if s.own[k.Key] || s.o.Transport != nil && !s.o.Transport(k.Key) {
			return ErrTransportKey
		}
	}
	return nil
}
