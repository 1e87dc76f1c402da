package explain

// serialNumber shows the KSN in its parts. The zero KSN has none.
func (d *dukptWalk) serialNumber() {
	if d.ksn.IsZero() {
		return
	}
	s := Step{
		Title: "Read the key serial number",
		Why: "It names the terminal's initial key by its first 59 bits and counts transactions in the last 21, X9.24-1:2009 A.1. " +
			"How the 59 are divided is for the owner of the BDK to say; this is the usual way.",
		Rows: []Row{{Name: "KSN", Unit: Hex, Parts: tdesKSN(d.ksn.String())}},
	}
	if d.ksn.IsAES() {
		s.Why = "It names the terminal's initial key by its first 8 bytes and counts transactions in the last 4, X9.24-3:2017 6.1."
		s.Rows[0].Parts = aesKSN(d.ksn.String())
	}
	id := d.ksn.InitialKeyID()
	s.Facts = []Fact{{Name: "initial key ID", Value: upperHex(id[:]), Kind: ID, Note: "the same for all transactions of this terminal"}}
	d.add(s)
}

// tdesKSN divides the 20 digits of a TDES KSN. The counter begins inside a digit.
func tdesKSN(text string) []Part {
	fill := tdesFill(text)
	return cutParts(
		Part{text[:fill], Fill, "fill"},
		Part{text[fill:10], ID, "key set ID: which BDK"},
		Part{text[10:14], Device, "device ID, 19 bits: these digits and 3 bits of the next"},
		Part{text[14:15], Mixed, "3 bits of the device ID, 1 of the counter"},
		Part{text[15:], Counter, "transaction counter, 21 bits: these digits and the bit before"},
	)
}

// tdesFill returns how many digits of a TDES KSN are fill: those of the shorter key set
// IDs, of 6 and of 8 digits.
func tdesFill(text string) (n int) {
	for n < 4 && text[n:n+2] == "FF" {
		n += 2
	}
	return n
}

// aesKSN divides the 24 digits of an AES KSN.
func aesKSN(text string) []Part {
	return []Part{
		{text[:8], ID, "BDK ID"},
		{text[8:16], Device, "derivation ID: which device"},
		{text[16:], Counter, "transaction counter, 32 bits"},
	}
}

// span returns some characters of parts.
func span(parts []Part, from, to int) (some []Part) {
	at := 0
	for _, p := range parts {
		n := len(p.Text)
		p.Text = p.Text[min(max(from-at, 0), n):min(max(to-at, 0), n)]
		some, at = append(some, p), at+n
	}
	return cutParts(some...)
}
