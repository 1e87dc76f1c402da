package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

func TestParse(t *testing.T) {
	const ok = "HTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: 5\r\n\r\n"
	for _, c := range []struct {
		text   string
		status int
		body   string
		whole  bool
		bad    bool
	}{
		{ok + "12345", 200, "12345", true, false},
		{ok + "1234", 0, "", false, false},
		{ok[:20], 0, "", false, false},
		{"HTTP/1.1 204 No Content\r\n\r\n", 204, "", true, false},
		{"HTTP/1.1 200 OK\r\n\r\n", 0, "", false, true},
		{"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", 0, "", false, true},
		{"HTTP/1.0 200 OK\r\n\r\n", 0, "", false, true},
		{"HTTP/1.1 \r\n\r\n", 0, "", false, true},
	} {
		status, body, whole, err := parse([]byte(c.text))
		if whole != c.whole || string(body) != c.body || (err != nil) != c.bad || whole && status != c.status {
			t.Errorf("%q: %d %q %v %v", c.text, status, body, whole, err)
		}
	}
}

func TestQuantile(t *testing.T) {
	var took []time.Duration
	if quantile(took, 0.5) != 0 {
		t.Error("of nothing")
	}
	for i := range 100 {
		took = append(took, time.Duration(100-i))
	}
	if r := newRound(took, 2*time.Second); r != (round{rate: 50, p50: 50, p99: 99}) {
		t.Errorf("%+v", r)
	}
}

func TestMiddle(t *testing.T) {
	got := middle([]round{{rate: 9, p50: 1, p99: 8}, {rate: 1, p50: 2, p99: 9}, {rate: 5, p50: 3, p99: 7}})
	if got != (round{rate: 5, p50: 2, p99: 8}) {
		t.Errorf("%+v", got)
	}
}

func TestReadRate(t *testing.T) {
	const report = "number of transactions actually processed: 7\nnumber of failed transactions: 0 (0.000%)\n" +
		"latency average = 3.0 ms\ntps = 1234.5 (without initial connection time)\n"
	if rate, err := readRate([]byte(report)); err != nil || rate != 1234.5 {
		t.Errorf("%v %v", rate, err)
	}
	for _, bad := range []string{"", "number of failed transactions: 0 (NaN%)\n", "number of failed transactions: 2 (1%)\ntps = 5 (x)\n"} {
		if _, err := readRate([]byte(bad)); err == nil {
			t.Errorf("%q has a rate", bad)
		}
	}
}

func TestReadLogs(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"log.1": "0 1 1500 0 1 2\n1 1 2500 0 1 2\n", "log.1.1": "0 2 500 0 1 2\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	took, err := readLogs(dir)
	slices.Sort(took)
	if err != nil || !slices.Equal(took, []time.Duration{500 * time.Microsecond, 1500 * time.Microsecond, 2500 * time.Microsecond}) {
		t.Errorf("%v %v", took, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "log.2"), []byte("1 2 x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readLogs(dir); err == nil {
		t.Error("a line that is none was read")
	}
}
