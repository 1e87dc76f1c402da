package keyblock

// Split returns the three parts of a key block as text: the header with its
// optional blocks, the enciphered key, and the authenticator. It makes all checks
// that need no key; errors wrap [ErrHeader].
func Split(block string) (header, key, mac string, err error) {
	h, err := ParseHeader(block)
	if err != nil {
		return "", "", "", err
	}
	v := versions[h.Version]
	if _, _, err := v.decode(&h, block); err != nil {
		return "", "", "", err
	}
	begin, end := h.Len(), h.Len()+2*v.payloadLen(&h)
	return block[:begin], block[begin:end], block[end:], nil
}
