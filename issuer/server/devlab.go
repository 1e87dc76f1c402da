package server

import (
	"errors"
	"net/http"
	"strings"

	"github.com/pinion-hsm/pinion/internal/lab/page"
)

// labPath is where the development mode has the lab's page. It takes nothing and
// knows nothing of the service: the library runs in the browser.
const labPath = "/lab/"

// withLab puts the lab's page beside the interface.
func withLab(api http.Handler) (http.Handler, error) {
	folder, err := page.Built()
	lab := folder.Handler()
	if errors.Is(err, page.ErrNotBuilt) {
		lab, err = http.HandlerFunc(noLab), nil
	}
	lab = http.StripPrefix(strings.TrimSuffix(labPath, "/"), lab)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path+"/" == labPath:
			r.Pattern = labPath
			http.Redirect(w, r, labPath, http.StatusPermanentRedirect)
		case strings.HasPrefix(r.URL.Path, labPath):
			r.Pattern = labPath
			lab.ServeHTTP(w, r)
		default:
			api.ServeHTTP(w, r)
		}
	}), err
}

// noLab answers where the binary has no page.
func noLab(w http.ResponseWriter, _ *http.Request) {
	http.Error(w, "This pinion was built without the lab's page. In a checkout: make build.", http.StatusNotFound)
}
