package main

import (
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
)

func init() { register("device", newDeviceDoctor) }

func newDeviceDoctor(e *env) *cobra.Command {
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Look at one device: does it answer, what can it do, where would a clear PIN be",
		Long: `Doctor opens a device and reports whether it answers, its keys, for PKCS#11 the
mechanisms that PIN operations are made of, and for every operation and
verification method where the clear PIN is:

  on-device    it never enters this program
  in-process   it is in this program's memory for the length of one call
  refused      the device cannot do the operation

Allowed is what the flags given here would let happen.`,
		Example: `  pinion device doctor --device softhsm:
  pinion device doctor --device 'pkcs11:token=issuer?module-path=/usr/lib/softhsm/libsofthsm2.so' --allow-in-process`,
		Args: noArgs,
	}
	var device deviceFlags
	var out output
	device.add(c)
	out.flag(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		opts, err := device.options()
		if err != nil {
			return err
		}
		raw, err := device.openDevice(c.Context(), e)
		if err != nil {
			return err
		}
		defer func() { _ = raw.Close() }()
		r, err := examine(c.Context(), raw, opts)
		if err != nil {
			return err
		}
		return out.write(e, r.text(), r)
	}
	return c
}

// deviceReport is what doctor found, as --json prints it.
type deviceReport struct {
	Device     string            `json:"device"`
	Policy     string            `json:"policy"`
	Keys       []reportKey       `json:"keys"`
	Mechanisms []reportMechanism `json:"mechanisms,omitempty"` // PKCS#11 only
	Missing    []string          `json:"missing_for_on_device,omitempty"`
	Operations []reportOperation `json:"operations"`
}

type reportKey struct {
	Label     string `json:"label"`
	Algorithm string `json:"algorithm"`
	Usage     string `json:"usage"`
	KCV       string `json:"kcv"`
}

type reportMechanism struct {
	Name string `json:"name"`
	Can  string `json:"can"`
}

type reportOperation struct {
	Operation string `json:"operation"`
	Method    string `json:"method,omitempty"`
	Exposure  string `json:"exposure"`
	Allowed   bool   `json:"allowed"`
}

// mechanismLister is a device that works by PKCS#11 mechanisms.
type mechanismLister interface {
	Mechanisms(context.Context) ([]pkcs11.Mechanism, error)
}

// examine asks a device everything.
func examine(ctx context.Context, raw hsm.Device, opts []hsm.Option) (*deviceReport, error) {
	h := hsm.New(raw, opts...)
	if err := h.Ping(ctx); err != nil {
		return nil, err
	}
	r := &deviceReport{Device: h.Device(), Policy: h.Policy().String(), Keys: []reportKey{}}
	list, err := h.ListKeys(ctx)
	if err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return nil, err
	}
	for _, k := range list {
		r.Keys = append(r.Keys, reportKey{k.Label, k.Algorithm.String(), string(k.Usage), k.KCV})
	}
	if m, ok := raw.(mechanismLister); ok {
		ms, err := m.Mechanisms(ctx)
		if err != nil {
			return nil, err
		}
		for _, m := range ms {
			name, can, _ := strings.Cut(m.String(), ": ")
			r.Mechanisms = append(r.Mechanisms, reportMechanism{name, can})
		}
		r.Missing = missingOnToken(ms)
	}
	caps, err := h.Capabilities(ctx)
	if err != nil {
		return nil, err
	}
	for _, c := range caps {
		r.Operations = append(r.Operations, reportOperation{c.Operation.String(), c.Method, c.Exposure.String(), c.Allowed})
	}
	return r, nil
}

// onToken are the mechanisms by which a PIN block can be worked on without
// leaving a token: it is unwrapped, derived from, and wrapped.
var onToken = []struct {
	name string
	need string
	has  func(pkcs11.Mechanism) bool
}{
	{"CKM_DES3_ECB", "wrap and unwrap", func(m pkcs11.Mechanism) bool { return m.Wrap && m.Unwrap }},
	{"CKM_AES_ECB", "wrap and unwrap", func(m pkcs11.Mechanism) bool { return m.Wrap && m.Unwrap }},
	{"CKM_XOR_BASE_AND_DATA", "derive", func(m pkcs11.Mechanism) bool { return m.Derive }},
	{"CKM_EXTRACT_KEY_FROM_KEY", "derive", func(m pkcs11.Mechanism) bool { return m.Derive }},
	{"CKM_CONCATENATE_BASE_AND_DATA", "derive", func(m pkcs11.Mechanism) bool { return m.Derive }},
	{"CKM_CONCATENATE_DATA_AND_BASE", "derive", func(m pkcs11.Mechanism) bool { return m.Derive }},
}

// missingOnToken returns what a token lacks for that.
func missingOnToken(ms []pkcs11.Mechanism) []string {
	var missing []string
	for _, need := range onToken {
		found := false
		for _, m := range ms {
			found = found || m.Name == need.name && need.has(m)
		}
		if !found {
			missing = append(missing, need.name+" ("+need.need+")")
		}
	}
	return missing
}
