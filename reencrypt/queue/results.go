package queue

import "context"

// result is what came of a chunk.
type result struct {
	n                int64
	out, rejects     []byte
	sum              []byte
	rows, translated int64
	reasons          []byte
	device           string
}

// total returns how many chunks there are.
func (s *submitter) total(ctx context.Context) (n int64, err error) {
	err = patiently(ctx, s.o.Wait, func() error {
		return failed(s.db.pool.QueryRow(ctx, `SELECT chunks FROM pinion_reencrypt.run WHERE id = $1`, s.id).Scan(&n))
	})
	return n, err
}

// results returns the results from a place on, as far as none is missing.
func (s *submitter) results(ctx context.Context, at int64) (list []result, err error) {
	err = patientlyTold(ctx, s.o.Wait, s.o.Note, func() error {
		list = list[:0]
		rows, err := s.db.pool.Query(ctx, `SELECT n, out, rejects, sum, rows_read, translated, reasons, device FROM pinion_reencrypt.result
			WHERE run = $1 AND n >= $2 AND n < $3 ORDER BY n`, s.id, at, at+fetches)
		if err != nil {
			return failed(err)
		}
		defer rows.Close()
		for rows.Next() {
			var r result
			if err := rows.Scan(&r.n, &r.out, &r.rejects, &r.sum, &r.rows, &r.translated, &r.reasons, &r.device); err != nil {
				return failed(err)
			}
			if r.n != at+int64(len(list)) {
				break
			}
			list = append(list, r)
		}
		rows.Close()
		return failed(rows.Err())
	})
	return list, err
}
