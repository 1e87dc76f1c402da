package server

import "net/http"

// scrapeHandler is what telemetry.listen serves: what operators' programs ask
// for, and nothing about cards.
func (s *server) scrapeHandler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET "+metricsPath, s.metrics.handler())
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if s.health.Ready(r.Context()) != nil {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	return mux
}
