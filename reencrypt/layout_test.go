package reencrypt_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/reencrypt"
)

// TestLayoutThatContradictsItself comes from a database that somebody wrote to. It is
// refused before a row is read by it.
func TestLayoutThatContradictsItself(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	const good = `{"kind":"csv","delimiter":44,"width":2,"columns":{"pan":0,"block":1},"names":{"pan":"pan","block":"block"}}`
	for text, want := range map[string]error{
		good: nil,
		`{"kind":"csv","delimiter":44,"width":1,"columns":{"pan":0,"block":1},"names":{}}`:                                                            reencrypt.ErrColumns,
		`{"kind":"csv","delimiter":44,"width":2,"columns":{"pan":-1,"block":1},"names":{}}`:                                                           reencrypt.ErrColumns,
		`{"kind":"csv","delimiter":34,"width":2,"columns":{"pan":0,"block":1},"names":{}}`:                                                            reencrypt.ErrColumns,
		`{"kind":"csv","width":2,"columns":{"pan":0,"block":1},"names":{}}`:                                                                           reencrypt.ErrColumns,
		`{"kind":"csv","delimiter":44,"width":2,"columns":{"pan":0,"block":1},"names":{},"out":{"kind":"ndjson","titles":["pan"]}}`:                   reencrypt.ErrColumns,
		`{"kind":"csv","delimiter":44,"width":2,"columns":{"pan":0,"block":1},"names":{},"out":{"kind":"csv","titles":["pan","block"]}}`:              reencrypt.ErrColumns,
		`{"kind":"ndjson","names":{"pan":"pan","block":"block"},"out":{"kind":"csv","delimiter":44,"titles":["pan"]}}`:                                reencrypt.ErrColumns,
		`{"kind":"ndjson","names":{"pan":"pan","block":"block"},"out":{"kind":"csv","delimiter":44,"titles":["pan","block"]}}`:                        nil,
		`{"kind":"csv","delimiter":44,"width":2,"columns":{"pan":0,"block":1},"names":{},"out":{"kind":"ndjson","titles":["a","block"]},"more":true}`: nil,
	} {
		var l reencrypt.Layout
		require.NoError(t, json.Unmarshal([]byte(text), &l))
		c, err := reencrypt.NewConverter(t.Context(), r.h, toISO0(), &l)
		if want != nil {
			require.ErrorIs(t, err, want, text)
			continue
		}
		require.NoError(t, err, text)
		o, err := c.Convert(t.Context(), reencrypt.NewChunk(&l, 1, []byte("x\nx,y\n{}\n")))
		require.NoError(t, err)
		require.EqualValues(t, 3, o.Rows)
		require.Zero(t, o.Translated)
	}
}
