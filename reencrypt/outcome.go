package reencrypt

// Outcome is what became of a chunk.
type Outcome struct {
	Out        []byte // rows, compressed if that was asked for
	Rejects    []byte
	Rows       int64
	Translated int64
	Reasons    map[Reason]int64 // of the rows that were rejected
}

// render writes the rows.
func (c *Converter) render(ch *Chunk, b *batch) *Outcome {
	o := &Outcome{Rows: int64(len(b.rows)), Reasons: map[Reason]int64{}}
	writes, size := c.job.Mode == Translate, c.job.To.Format.BlockSize()
	var out, rejects []byte
	if writes {
		out = make([]byte, 0, len(ch.data)+len(b.rows)*2*max(0, size-c.job.From.Format.BlockSize()))
	}
	for i := range b.rows {
		r := &b.rows[i]
		if r.reason != "" {
			o.Reasons[r.reason]++
			rejects = c.reject(rejects, r)
			continue
		}
		o.Translated++
		if writes {
			out = append(out, r.text[:r.block.start]...)
			out = appendHex(out, b.fresh[r.slot*size:][:size])
			out = append(out, r.text[r.block.end:]...)
		}
	}
	o.Out, o.Rejects = out, rejects
	if c.outPack != None {
		o.Out = c.outPack.pack(nil, out)
	}
	if c.rejectsPack != None {
		o.Rejects = c.rejectsPack.pack(nil, rejects)
	}
	return o
}

// appendHex appends b as hex digits in upper case.
func appendHex(dst, b []byte) []byte {
	const digits = "0123456789ABCDEF"
	for _, x := range b {
		dst = append(dst, digits[x>>4], digits[x&15])
	}
	return dst
}
