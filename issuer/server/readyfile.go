package server

import (
	"encoding/json"
	"fmt"

	"github.com/pinion-hsm/pinion/internal/durable"
)

// Ready is what the ready file says once requests are served.
type Ready struct {
	URL      string            `json:"url"`
	Token    string            `json:"token,omitempty"`
	CA       string            `json:"ca"` // file; "" without TLS of the development mode
	CAPEM    string            `json:"caPEM,omitempty"`
	Device   string            `json:"device"` // URI without what comes after ?
	Store    string            `json:"store"`  // without a password
	Products []string          `json:"products"`
	Keys     map[string]string `json:"keys,omitempty"` // labels of test keys by what they are for
	TestKeys string            `json:"testKeys,omitempty"`
	Data     string            `json:"data,omitempty"`
	Cards    []SeededCard      `json:"cards,omitempty"`
	Metrics  string            `json:"metrics,omitempty"` // URL of telemetry.listen
	PID      int               `json:"pid"`
}

// write writes the file at once: who sees it sees all of it. It is its owner's
// alone, for a token may be in it.
func (r *Ready) write(name string) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("issuer/server: ready file: %w", err)
	}
	err = durable.Replace(name, append(text, '\n'))
	if err != nil {
		return fmt.Errorf("issuer/server: ready file: %w", err)
	}
	return nil
}
