package httpapi

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/pinion-hsm/pinion/hsm"
)

// recorder remembers the status of an answer.
type recorder struct {
	http.ResponseWriter
	status int
	cause  error
}

// WriteHeader implements http.ResponseWriter.
func (w *recorder) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (w *recorder) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap is for http.ResponseController.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// log writes the request's one line. The pattern is there and not the path, which
// is the client's text.
func (c *call) log(took time.Duration) {
	level := slog.LevelInfo
	attrs := []slog.Attr{
		slog.String("method", method(c.r.Method)),
		slog.String("route", c.pattern),
		slog.Int("status", c.w.status),
		slog.Duration("duration", took),
		slog.String("client", c.client.ID()),
		slog.String("card", loggable(c.token)),
		slog.String("traceId", c.trace),
	}
	if c.w.status >= 500 {
		if !errors.Is(c.w.cause, context.Canceled) { // the client gave up
			level = slog.LevelError
		}
		attrs = append(attrs, slog.String("cause", reason(c.w.cause)))
	}
	c.Log.LogAttrs(c.r.Context(), level, "request", attrs...)
}

// loggable returns a card's token if it looks like those of the service. What else
// a client puts in its place is not for the log: it may be a PIN.
func loggable(token string) string {
	if len(token) != 9 || strings.Trim(token, "0123456789") != "" {
		return ""
	}
	return token
}

// method returns a method that is one, since others are the client's text.
func method(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete,
		http.MethodConnect, http.MethodOptions, http.MethodTrace:
		return m
	}
	return "other"
}

// reason returns an error's text for the log, without the key label that an
// error of the HSM quotes: a client chose it.
func reason(err error) string {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*hsm.Error](err); ok {
		bare := *e
		bare.Key = ""
		return bare.Error()
	}
	return err.Error()
}
