package main

import (
	"context"
	"crypto/rand"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/devices"
	"github.com/pinion-hsm/pinion/issuer"
	"github.com/pinion-hsm/pinion/issuer/sqlstore"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinverify"
)

// host is an authorization host, as far as PINs go.
type host struct {
	device   *hsm.HSM
	store    *sqlstore.Store
	pins     *issuer.Service
	acquirer hsm.PINKey // zone key shared with the acquirer
	terminal hsm.PINKey // BDK of the issuer's own terminals; each block has a KSN
}

// product is what all cards of this issuer have in common.
var product = issuer.Profile{
	Name: "debit", PINLength: 4, MaxTries: 3,
	Method: pinverify.VisaPVV{Index: 1}, MethodKey: "pvk",
}

// open opens the device and the store, and puts the service on them. Any number of
// hosts may share one PostgreSQL store; their data key is then the same.
func open(ctx context.Context, uri, store string) (*host, error) {
	h := &host{
		acquirer: hsm.PINKey{Key: "zpk", Format: pinblock.ISO0},
		terminal: hsm.PINKey{Key: "bdk", Format: pinblock.ISO4},
	}
	var err error
	if h.device, err = devices.Open(ctx, uri, devices.Options{}); err != nil {
		return nil, err
	}
	if h.store, err = sqlstore.Open(ctx, store); err != nil {
		h.close()
		return nil, err
	}
	dataKey := make([]byte, issuer.DataKeySize) // yours is kept: it opens the stored PANs
	rand.Read(dataKey)
	defer clear(dataKey)
	vault, err := issuer.NewVault(dataKey)
	if err == nil {
		h.pins, err = issuer.New(h.device, h.store, issuer.Options{
			Profiles: []issuer.Profile{product}, StorageKey: "storage", Vault: vault,
		})
	}
	if err != nil {
		h.close()
		return nil, err
	}
	return h, nil
}

// close ends the service first: it does not own what it stands on.
func (h *host) close() {
	if h.pins != nil {
		h.pins.Close()
	}
	if h.store != nil {
		_ = h.store.Close()
	}
	_ = h.device.Close()
}
