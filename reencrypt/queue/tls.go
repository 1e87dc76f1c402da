package queue

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Where an address says nothing about TLS, it is tried, and done without if the server has
// none. So whoever sends account numbers is told what came of it.
const (
	clearNote      = "the connection to the database is not encrypted, and account numbers cross the network in clear: sslmode=verify-full in its address asks for TLS"
	clearTableNote = "the connection to the database of the table is not encrypted, and account numbers cross the network in clear: sslmode=verify-full in its address asks for TLS"
)

// inClear reports whether a connection shows what is in it to a network.
func inClear(c net.Conn) bool {
	if _, ok := c.(*tls.Conn); ok {
		return false
	}
	switch a := c.RemoteAddr().(type) {
	case *net.UnixAddr:
		return false
	case *net.TCPAddr:
		return !a.IP.IsLoopback()
	}
	return true
}

// poolInClear asks that of a pool, which has the same answer for all of its connections.
func poolInClear(ctx context.Context, pool *pgxpool.Pool) (clear bool, err error) {
	err = pool.AcquireFunc(ctx, func(c *pgxpool.Conn) error {
		clear = inClear(c.Conn().PgConn().Conn())
		return nil
	})
	return clear, err
}

// noTLS says why there is no connection, where that is for TLS alone: waiting would not
// help.
func noTLS(err error) string {
	switch {
	case errors.As(err, new(*tls.CertificateVerificationError)):
		return "the server's certificate does not verify"
	case strings.Contains(err.Error(), "server refused TLS connection"): // pgconn has no error of it
		return "the server has no TLS"
	}
	return ""
}
