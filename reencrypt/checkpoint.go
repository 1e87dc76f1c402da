package reencrypt

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"time"
)

// keyParams is a key as a checkpoint and a manifest name it.
type keyParams struct {
	Label     string `json:"label"`
	Algorithm string `json:"algorithm"`
	Usage     string `json:"usage"`
	KCV       string `json:"kcv"`
	Format    string `json:"format"`
	Derived   string `json:"derived,omitempty"` // algorithm of PIN keys, where it is not the usual one
}

// params are what must be the same for a run to be gone on with.
type params struct {
	From       keyParams   `json:"from"`
	To         keyParams   `json:"to"`
	ToChipCard bool        `json:"to_chip_card,omitempty"`
	Policy     string      `json:"policy"`
	Input      identity    `json:"input"`
	Layout     *Layout     `json:"layout"`
	Compress   Compression `json:"compress"`
	Rejects    string      `json:"rejects"` // its name
	Batch      int         `json:"batch"`
	Checkpoint int         `json:"checkpoint"`
}

// paramWords are the names of parameters where their members' names do not say it.
var paramWords = map[string]string{
	"from": "incoming key or format", "to": "outgoing key or format", "to_chip_card": "goal (a chip card or not)",
	"layout": "columns", "compress": "compression", "rejects": "name of the rejects", "checkpoint": "rows from one checkpoint to the next",
}

// differences returns the names of what is not the same.
func (p params) differences(q params) []string {
	a, b := p.members(), q.members()
	var names []string
	for _, name := range slices.Sorted(maps.Keys(a)) {
		if string(a[name]) != string(b[name]) {
			if words, ok := paramWords[name]; ok {
				name = words
			}
			names = append(names, name)
		}
	}
	return names
}

func (p params) members() (m map[string]json.RawMessage) {
	text, err := json.Marshal(p)
	if err == nil {
		err = json.Unmarshal(text, &m)
	}
	if err != nil { // it has nothing that could fail
		return nil
	}
	if p.ToChipCard {
		return m
	}
	m["to_chip_card"] = json.RawMessage("false")
	return m
}

// state is how far a run is: everything before it is written down.
type state struct {
	Begun      bool             `json:"begun"` // what is before the rows is written
	Chunks     int64            `json:"chunks"`
	Rows       int64            `json:"rows"`
	Offset     int64            `json:"offset"` // in the content of the input
	Translated int64            `json:"translated"`
	Reasons    map[Reason]int64 `json:"reasons,omitempty"`
	In         string           `json:"in"` // SHA-256 of the content up to Offset
	Out        string           `json:"out"`
	OutSize    int64            `json:"out_size"`
	Rejects    string           `json:"rejects"`
	RejectSize int64            `json:"rejects_size"`
}

// rejected returns how many rows are among the rejects.
func (s *state) rejected() (n int64) {
	for _, k := range s.Reasons {
		n += k
	}
	return n
}

const checkpointVersion = 1

// checkpoint is the file of that name.
type checkpoint struct {
	Version  int       `json:"version"`
	Started  time.Time `json:"started"`
	Resumed  int       `json:"resumed,omitempty"`
	Params   params    `json:"params"`
	State    state     `json:"state"`
	Manifest *Manifest `json:"manifest,omitempty"` // all rows are done; the files have to get their names
}

// save writes a checkpoint, so that it is there whatever happens.
func (r *run) save(c *checkpoint) error {
	text, err := json.MarshalIndent(c, "", "  ")
	if err == nil {
		err = r.o.replace(r.files.checkpoint, append(text, '\n'))
	}
	if err != nil {
		return fmt.Errorf("%w: the checkpoint: %w", ErrWrite, err)
	}
	return nil
}

// loadCheckpoint returns nil if there is none.
func loadCheckpoint(path string) (*checkpoint, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var c checkpoint
	if err != nil || json.Unmarshal(text, &c) != nil || c.Version != checkpointVersion || c.Params.Layout == nil {
		return nil, ErrCheckpoint
	}
	if c.State.Reasons == nil {
		c.State.Reasons = map[Reason]int64{}
	}
	return &c, nil
}
