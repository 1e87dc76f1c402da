package server

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/pinion-hsm/pinion/hsm"
)

// newTracing returns the provider of traces, or nil without a collector.
func newTracing(ctx context.Context, endpoint, version string, getenv func(string) string, log *slog.Logger) (*sdktrace.TracerProvider, error) {
	if endpoint == "" && getenv("OTEL_EXPORTER_OTLP_ENDPOINT") == "" && getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") == "" {
		return nil, nil
	}
	var opts []otlptracehttp.Option
	if endpoint != "" {
		if base, found := strings.CutSuffix(endpoint, "/"); found || strings.Count(endpoint, "/") == 2 {
			endpoint = base + "/v1/traces"
		}
		opts = append(opts, otlptracehttp.WithEndpointURL(endpoint))
	}
	exporter, err := otlptracehttp.New(ctx, opts...)
	if err != nil {
		return nil, err
	}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { log.Warn("traces are not taken", "error", err) }))
	return sdktrace.NewTracerProvider(
		sdktrace.WithBatcher(tight{exporter}),
		sdktrace.WithResource(resource.NewSchemaless(
			attribute.String("service.name", "pinion"), attribute.String("service.version", version))),
	), nil
}

// exported are the attributes of spans that leave the process. The path, the
// query, the client's address and its headers are not among them.
var exported = []attribute.Key{"http.request.method", "http.route", "http.response.status_code", "url.scheme",
	"network.protocol.version", "server.address", "server.port", "hsm.operation", "hsm.outcome", "hsm.device"}

// tight is an exporter that passes on only what is in the list of exported
// attributes, whatever the libraries that make spans think of next.
type tight struct{ sdktrace.SpanExporter }

// ExportSpans implements sdktrace.SpanExporter.
func (t tight) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	out := make([]sdktrace.ReadOnlySpan, len(spans))
	for i, s := range spans {
		out[i] = tightSpan{s}
	}
	return t.SpanExporter.ExportSpans(ctx, out)
}

type tightSpan struct{ sdktrace.ReadOnlySpan }

// Attributes returns those that are exported.
func (s tightSpan) Attributes() []attribute.KeyValue {
	return slices.DeleteFunc(slices.Clone(s.ReadOnlySpan.Attributes()), func(a attribute.KeyValue) bool {
		return !slices.Contains(exported, a.Key)
	})
}

// Events returns none: an event may hold the text of an error.
func (tightSpan) Events() []sdktrace.Event { return nil }

// Links returns none, for what an outer service put into a link is not ours.
func (tightSpan) Links() []sdktrace.Link { return nil }

// traceHSM makes a span of an operation of the HSM, if its request has one.
func traceHSM(ctx context.Context, e hsm.Event) {
	request := trace.SpanFromContext(ctx)
	if !request.IsRecording() {
		return
	}
	end := time.Now()
	tracer := request.TracerProvider().Tracer("github.com/pinion-hsm/pinion/hsm")
	_, span := tracer.Start(ctx, "hsm "+e.Op.String(), trace.WithTimestamp(end.Add(-e.Duration)), trace.WithSpanKind(trace.SpanKindClient),
		trace.WithAttributes(attribute.String("hsm.operation", e.Op.String()), attribute.String("hsm.outcome", e.Outcome),
			attribute.String("hsm.device", e.Device)))
	span.End(trace.WithTimestamp(end))
}
