package diagnose

// treatment is one way of undoing the encipherment of a block.
type treatment struct {
	step
	size int // cipher block size, 8 or 16; 0 fits any: no encipherment
	undo func(block []byte) []byte

	derived bool // under a key that DUKPT derived from the one given
}

// provider makes treatments of one key. A provider is a file, and has what it
// needs in the Input.
type provider func(in Input, key []byte) []treatment

var providers []provider

// provide adds a provider. Each provider's own file calls it from init.
func provide(p provider) { providers = append(providers, p) }

// treatments returns every treatment of every key, and that of no key at all.
func (s *search) treatments() []treatment {
	out := []treatment{{
		step: step{
			what: "not enciphered at all",
			fix:  "The block is in the clear. Find out who sends it so: a clear PIN block must not leave a device.",
			bits: 2,
		},
		undo: func(b []byte) []byte { return b },
	}}
	for i, key := range s.in.Keys {
		for _, p := range providers {
			for _, t := range p(s.in, key) {
				if s.in.KSN != "" && !t.derived {
					t = underived(t)
				}
				if len(s.in.Keys) > 1 {
					t = numbered(t, i)
				}
				out = append(out, t)
			}
		}
	}
	return out
}

// underived is a treatment under the key itself where one should have been
// derived from it.
func underived(t treatment) treatment {
	const fix = "A KSN came with the block, and yet it is under the key itself: if that is a BDK or an initial key the other side must derive the PIN key from it; if it is a PIN key there is no DUKPT here."
	if t.what == "" {
		t.step = step{what: "under the key itself, with nothing derived from it", fix: fix, bits: 4}
		return t
	}
	t.step = t.and(step{what: "with nothing derived from the key", fix: fix, bits: 4})
	return t
}

var ordinals = []string{"first", "second", "third", "fourth", "fifth"}

// numbered says which of several keys a treatment is of.
func numbered(t treatment, i int) treatment {
	if i >= len(ordinals) {
		return t
	}
	if t.what == "" {
		t.what = "enciphered under the " + ordinals[i] + " key"
	} else {
		t.what += " (the " + ordinals[i] + " key)"
	}
	return t
}

// operations returns what can be done with one cipher: undo the encipherment,
// or undo the two commonest mistakes in calling it.
func operations(key step, size int, decrypt, encrypt func([]byte) []byte) []treatment {
	return []treatment{
		{step: key, size: size, undo: decrypt},
		{step: key.and(step{
			what: "made with the decipher operation",
			fix:  "The other side calls decrypt where it should call encrypt.",
			bits: 5,
		}), size: size, undo: encrypt},
		{step: key.and(step{
			what: "enciphered twice",
			fix:  "The block is enciphered twice under the same key: once is right.",
			bits: 8,
		}), size: size, undo: func(b []byte) []byte { return decrypt(decrypt(b)) }},
	}
}

// and returns two steps as one.
func (s step) and(t step) step {
	return step{what: joined(s.what, t.what, ", "), fix: joined(s.fix, t.fix, " "), bits: s.bits + t.bits}
}

func joined(a, b, separator string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + separator + b
}
