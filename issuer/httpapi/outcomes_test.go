package httpapi

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestOutcomes calls every operation in every outcome that needs nothing special
// of it. What is left over, TestMain finds.
func TestOutcomes(t *testing.T) {
	t.Parallel()
	for _, op := range table {
		t.Run(op.ID, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			path, body := r.sample(op, r.card("", "default", "1234"))
			a := r.send(op.Method, path, body)
			require.Equal(t, op.Status, a.status, "%s", a.body)
			for _, k := range op.problems() {
				provoke := provocations[k]
				if provoke == nil {
					continue
				}
				path, body := r.sample(op, r.card("", "default", "1234"))
				a := provoke(r, op, path, body)
				require.Equal(t, k.Slug, a.kind(), "%d %s", a.status, a.body)
				require.NotContains(t, string(a.body), "canary")
			}
			require.NotContains(t, r.logged(), "1234")
		})
	}
}
