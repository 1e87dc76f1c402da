package access

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
)

// maxKeySet is the size of the largest key set that is read, in bytes.
const maxKeySet = 1 << 20

var (
	errKeySet    = errors.New("issuer/access: no JSON Web Key Set with a key to verify signatures")
	errKeySetURL = errors.New("issuer/access: a key set's URL is https, or http on loopback")
	errRedirects = errors.New("issuer/access: the key set's server redirects too often")
)

// fromFile loads a key set of a file, which may be replaced at any time.
func fromFile(name string) func(context.Context) ([]byte, error) {
	return func(context.Context) ([]byte, error) {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		return readKeySet(f)
	}
}

// fromURL loads a key set by HTTP GET. Whoever can change it on its way can make
// tokens, so it has to be https, and so has everything it redirects to.
func fromURL(address string, client *http.Client) (func(context.Context) ([]byte, error), error) {
	u, err := url.Parse(address)
	if err != nil || !safeURL(u) {
		return nil, errKeySetURL
	}
	if client == nil {
		client = http.DefaultClient
	}
	own := *client
	own.CheckRedirect = func(r *http.Request, via []*http.Request) error {
		if !safeURL(r.URL) {
			return errKeySetURL
		}
		if len(via) >= 3 {
			return errRedirects
		}
		return nil
	}
	return func(ctx context.Context) ([]byte, error) {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			return nil, errKeySetURL
		}
		r.Header.Set("Accept", "application/jwk-set+json, application/json")
		resp, err := own.Do(r)
		if err != nil {
			return nil, err
		}
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			return nil, errors.New("issuer/access: the key set's server answers " + http.StatusText(resp.StatusCode))
		}
		return readKeySet(resp.Body)
	}, nil
}

func readKeySet(r io.Reader) ([]byte, error) {
	raw, err := io.ReadAll(io.LimitReader(r, maxKeySet+1))
	if err != nil {
		return nil, err
	}
	if len(raw) > maxKeySet {
		return nil, errKeySet
	}
	return raw, nil
}

func safeURL(u *url.URL) bool {
	if u.Host == "" || u.User != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "localhost" || ip.IsLoopback())
}
