package server

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/issuer"
)

// metrics is what /metrics shows. Labels have few values, all of them ours: no
// client, card, key or address is in one.
type metrics struct {
	registry *prometheus.Registry
	http     *prometheus.HistogramVec
	answers  *prometheus.CounterVec
	hsm      *prometheus.HistogramVec
	group    prometheus.Histogram
	commit   *prometheus.HistogramVec
	open     prometheus.Gauge
}

func newMetrics(version string) *metrics {
	seconds := []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}
	histogram := func(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets}, labels)
	}
	m := &metrics{
		registry: prometheus.NewRegistry(),
		http:     histogram("pinion_http_request_duration_seconds", "HTTP requests, by route and status.", seconds, "method", "route", "code"),
		answers: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "pinion_answers_total",
			Help: "Requests about cards, by what they asked and what came of it (ok, wrong-pin, blocked, …; error if nothing did)."}, []string{"action", "result"}),
		hsm: histogram("pinion_hsm_operation_duration_seconds", "Operations of the HSM, by kind and outcome.", seconds, "op", "outcome"),
		group: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "pinion_group_requests",
			Help: "Requests committed in one transaction.", Buckets: []float64{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024}}),
		open:   prometheus.NewGauge(prometheus.GaugeOpts{Name: "pinion_http_requests_in_progress", Help: "HTTP requests that have no answer yet."}),
		commit: histogram("pinion_transaction_duration_seconds", "Transactions of the store, with the HSM's work in them.", seconds, "outcome"),
	}
	info := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "pinion_build_info", Help: "1, with the version as a label."}, []string{"version"})
	info.WithLabelValues(version).Set(1)
	m.registry.MustRegister(m.http, m.answers, m.hsm, m.group, m.commit, m.open, info,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// watch adds what is tried when somebody looks.
func (m *metrics) watch(h *health) {
	up := func(name, help string, of func(state) error) {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 {
			if of(h.check(context.Background())) != nil {
				return 0
			}
			return 1
		}))
	}
	up("pinion_store_up", "1 if the store takes writes.", func(s state) error { return s.store })
	up("pinion_hsm_up", "1 if the HSM answers and has the service's keys.", func(s state) error { return s.hsm })
}

// onGroup is issuer.Options.OnGroup.
func (m *metrics) onGroup(requests int, took time.Duration, err error) {
	outcome := "ok"
	if err != nil {
		outcome = "error"
	}
	m.group.Observe(float64(requests))
	m.commit.WithLabelValues(outcome).Observe(took.Seconds())
}

// onAnswer is issuer.Options.OnAnswer.
func (m *metrics) onAnswer(action string, r issuer.Result) {
	if r == "" {
		r = "error"
	}
	m.answers.WithLabelValues(action, string(r)).Inc()
}

// onHSM is an observer of the HSM.
func (m *metrics) onHSM(e hsm.Event) {
	m.hsm.WithLabelValues(e.Op.String(), e.Outcome).Observe(e.Duration.Seconds())
}

// onRequest counts an HTTP request.
func (m *metrics) onRequest(method, route string, code int, took time.Duration) {
	m.http.WithLabelValues(method, route, strconv.Itoa(code)).Observe(took.Seconds())
}

// handler serves what Prometheus reads.
func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4, Timeout: 10 * time.Second})
}
