package reencrypt

// begin writes what is before the rows.
func (r *run) begin() error {
	s := &r.point.State
	if s.Begun {
		return nil
	}
	if r.o.Job.Mode == Translate {
		if err := r.out.write(r.conv.outPack.pack(nil, r.conv.layout.Head(r.head))); err != nil {
			return err
		}
	}
	if r.conv.rejects == CSV && r.o.Rejects != "" {
		if err := r.rejects.write(r.conv.rejectsPack.pack(nil, []byte(rejectsHeader))); err != nil {
			return err
		}
	}
	s.Begun, s.Reasons, s.Offset = true, map[Reason]int64{}, int64(len(r.head))
	r.note()
	return nil
}

// note takes down what the outputs are now.
func (r *run) note() {
	s := &r.point.State
	s.In, s.Out, s.Rejects = hexSum(r.inHash), hexSum(r.out.hash), hexSum(r.rejects.hash)
	s.OutSize, s.RejectSize = r.out.size, r.rejects.size
}

// commit writes what came of one chunk.
func (r *run) commit(s *slot) error {
	if err := r.out.write(s.out.Out); err != nil {
		return err
	}
	if err := r.rejects.write(s.out.Rejects); err != nil {
		return err
	}
	if r.o.Sample == 0 {
		_, _ = r.inHash.Write(s.chunk.data)
	}
	st := &r.point.State
	st.Chunks++
	st.Rows += s.out.Rows
	st.Offset += int64(len(s.chunk.data))
	st.Translated += s.out.Translated
	for reason, n := range s.out.Reasons {
		st.Reasons[reason] += n
	}
	r.note()
	r.o.Meter.rows.Store(st.Rows)
	r.o.Meter.rejected.Store(st.rejected())
	return nil
}
