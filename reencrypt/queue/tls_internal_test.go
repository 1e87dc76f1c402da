package queue

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/pgtest"
)

// remote is a connection that is said to go to an address.
type remote struct {
	net.Conn
	to net.Addr
}

func (r remote) RemoteAddr() net.Addr { return r.to }

var far = &net.TCPAddr{IP: net.IPv4(192, 0, 2, 7), Port: 5432}

// TestInClear knows what a network can read along: not what stays on the machine, and
// not TLS.
func TestInClear(t *testing.T) {
	t.Parallel()
	require.True(t, inClear(remote{to: far}))
	require.True(t, inClear(remote{to: &net.TCPAddr{IP: net.ParseIP("2001:db8::7"), Port: 5432}}))
	require.False(t, inClear(tls.Client(remote{to: far}, &tls.Config{ServerName: "db.example"})))
	require.False(t, inClear(remote{to: &net.UnixAddr{Name: "/run/postgresql/.s.PGSQL.5432", Net: "unix"}}))
	require.False(t, inClear(remote{to: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 5432}}))
	require.False(t, inClear(remote{to: &net.TCPAddr{IP: net.IPv6loopback, Port: 5432}}))
}

// TestCertificate says of a server whose certificate does not verify that it is that: it is
// not waited for.
func TestCertificate(t *testing.T) {
	t.Parallel()
	err := failed(fmt.Errorf("dial: %w", &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}))
	require.ErrorIs(t, err, ErrTLS)
	require.ErrorContains(t, err, "the server's certificate does not verify")
	require.False(t, errors.As(err, new(lost)))
	require.True(t, errors.As(failed(errors.New("dial: refused")), new(lost)))
}

// TestToldInClear opens a database by a socket, by loopback, and as if it were far away:
// only then is something said, in one line.
func TestToldInClear(t *testing.T) {
	t.Parallel()
	pg := pgtest.New(t)
	told := func(url string, to net.Addr) (notes []string) {
		conf, err := config(url, 2)
		require.NoError(t, err)
		if dial := conf.ConnConfig.DialFunc; to != nil {
			conf.ConnConfig.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
				c, err := dial(ctx, network, address)
				return remote{c, to}, err
			}
		}
		d, err := openAt(t.Context(), conf, 0, func(note string) { notes = append(notes, note) })
		require.NoError(t, err)
		d.close()
		return notes
	}
	require.Empty(t, told(pg.DSN("postgres"), nil))
	require.Empty(t, told(pg.TCP("postgres"), nil))
	require.Equal(t, []string{clearNote}, told(pg.TCP("postgres"), far))
	require.Equal(t, clearTableNote, (&TableReader{t: &table{clear: true}}).Note())
	require.Empty(t, (&TableReader{t: &table{}}).Note())
}
