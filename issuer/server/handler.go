package server

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/pinion-hsm/pinion/issuer/access"
)

// handler is the whole of HTTP: the interface, /metrics beside it, and around
// both what measures and traces.
func handler(api http.Handler, m *metrics, guard *access.Guard, provider *sdktrace.TracerProvider) http.Handler {
	scrape := guard.Require(access.Admin)(m.handler())
	inner := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != metricsPath {
			api.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			refuse(w, r, http.StatusMethodNotAllowed, "", nil)
			return
		}
		scrape.ServeHTTP(w, r)
	})
	return traced(measured(inner, m), provider)
}

const metricsPath = "/metrics"

// measured counts requests, and tells the span its route. The interface leaves
// the route in the request's Pattern.
func measured(next http.Handler, m *metrics) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		m.open.Inc()
		defer m.open.Dec()
		rec := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		defer func() {
			if r.URL.Path == metricsPath {
				r.Pattern = metricsPath
			}
			if span := trace.SpanFromContext(r.Context()); span.IsRecording() {
				span.SetAttributes(attribute.String("http.route", routeOf(r)))
			}
			m.onRequest(methodOf(r), routeOf(r), rec.status, time.Since(start))
		}()
		next.ServeHTTP(rec, r)
	})
}

func routeOf(r *http.Request) string {
	if r.Pattern == "" {
		return "none"
	}
	return r.Pattern
}

// methodOf returns a method that is one: others are the client's text.
func methodOf(r *http.Request) string {
	if slices.Contains([]string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}, r.Method) {
		return r.Method
	}
	return "other"
}

// statusWriter remembers the status of an answer.
type statusWriter struct {
	http.ResponseWriter
	status int
}

// WriteHeader implements http.ResponseWriter.
func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap is for http.ResponseController.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// refuse answers a request for /metrics that is not let in, as problem details.
func refuse(w http.ResponseWriter, r *http.Request, status int, _ string, _ error) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{
		"type": "about:blank", "title": http.StatusText(status), "status": status,
		"traceId": trace.SpanContextFromContext(r.Context()).TraceID().String(),
	})
}
