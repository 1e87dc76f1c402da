package server

import (
	"crypto/rand"
	"net/http"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/propagation"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// traced makes a span of every request. Where nobody collects spans, provider is
// nil, and a request has its trace identifier alone: a span that is thrown away is
// not free, it costs as much as all of the checks of a request.
func traced(next http.Handler, provider *sdktrace.TracerProvider) http.Handler {
	if provider == nil {
		return identified(next)
	}
	return otelhttp.NewMiddleware("http",
		otelhttp.WithTracerProvider(provider),
		otelhttp.WithPropagators(propagation.TraceContext{}),
		otelhttp.WithSpanNameFormatter(func(_ string, r *http.Request) string { return methodOf(r) + " " + routeOf(r) }),
	)(next)
}

// identified gives every request the trace that its client says it belongs to
// (W3C Trace Context), or one of its own.
func identified(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := propagation.TraceContext{}.Extract(r.Context(), propagation.HeaderCarrier(r.Header))
		if !trace.SpanContextFromContext(ctx).HasTraceID() {
			var c trace.SpanContextConfig
			rand.Read(c.TraceID[:]) // never fails, see crypto/rand
			rand.Read(c.SpanID[:])
			ctx = trace.ContextWithSpanContext(ctx, trace.NewSpanContext(c))
		}
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}
