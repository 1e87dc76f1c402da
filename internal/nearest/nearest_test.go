package nearest

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDistance(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "abc", 3}, {"formt", "format", 1}, {"pan", "pin", 1}, {"abc", "cab", 2}} {
		require.Equal(t, c.want, Distance(c.a, c.b))
		require.Equal(t, c.want, Distance(c.b, c.a))
	}
}

func TestName(t *testing.T) {
	t.Parallel()
	names := []string{"listen", "tls.clientCA", "log.level", "store"}
	for wrong, want := range map[string]string{
		"listn": "listen", "LISTEN": "listen", "tls.clientca": "tls.clientCA", "log.levle": "log.level", "quite another": "", "": "",
	} {
		require.Equal(t, want, Name(wrong, names), wrong)
	}
}
