package reencrypt

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"time"
)

// Manifest says what a run did: what came in, by which keys, and what went out. It
// names no machine, no card and nothing secret.
type Manifest struct {
	Version     int              `json:"version"`
	Program     string           `json:"program,omitempty"`
	Mode        string           `json:"mode"`
	Started     time.Time        `json:"started"`
	Finished    time.Time        `json:"finished"`
	Resumed     int              `json:"resumed"` // how often
	Device      string           `json:"device"`
	From        keyParams        `json:"from"`
	To          keyParams        `json:"to"`
	Policy      string           `json:"policy"`
	ToChipCard  bool             `json:"to_chip_card,omitempty"`
	Columns     map[Role]string  `json:"columns"`
	Rows        int64            `json:"rows"`
	SampledFrom int64            `json:"sampled_from,omitempty"` // rows of the input, if the others are a sample
	Translated  int64            `json:"translated"`             // of a check, opened; of a dry run, well-formed
	Rejected    int64            `json:"rejected"`
	Reasons     map[Reason]int64 `json:"reasons"`
	Input       FileHash         `json:"input"`
	Output      *FileHash        `json:"output,omitempty"`
	Rejects     *FileHash        `json:"rejects,omitempty"`
	Run         string           `json:"run"` // hash over what must be the same to resume it
}

// FileHash is a file as a manifest knows it: its name without a folder.
type FileHash struct {
	Name    string `json:"name"`
	Bytes   int64  `json:"bytes"`
	SHA256  string `json:"sha256"`
	Content string `json:"content_sha256,omitempty"` // of what is compressed in it
}

// JSON returns the manifest as it is written to its file.
func (m *Manifest) JSON() ([]byte, error) {
	text, err := json.MarshalIndent(m, "", "  ")
	return append(text, '\n'), err
}

// SHA256 returns the hash of the manifest's file, by which an audit log names it.
func (m *Manifest) SHA256() (string, error) {
	text, err := m.JSON()
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), err
}

func loadManifest(path string) (*Manifest, error) {
	text, err := os.ReadFile(filepath.Clean(path))
	if err != nil {
		return nil, err
	}
	var m Manifest
	return &m, json.Unmarshal(text, &m)
}

// id returns a hash over the parameters.
func (p params) id() string {
	text, err := json.Marshal(p)
	if err != nil { // it has nothing that could fail
		return ""
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// manifest returns the manifest of a run whose rows are done.
func (r *run) manifest() *Manifest {
	p, s := &r.point.Params, &r.point.State
	m := &Manifest{
		Version: 1, Program: r.o.Program, Mode: r.o.Job.Mode.String(),
		Started: r.point.Started, Finished: time.Now().UTC(), Resumed: r.point.Resumed,
		Device: r.o.HSM.Device(), From: p.From, To: p.To, Policy: p.Policy, ToChipCard: p.ToChipCard,
		Columns: p.Layout.Names, Rows: s.Rows, SampledFrom: r.sampled,
		Translated: s.Translated, Rejected: s.rejected(), Reasons: s.Reasons,
		Input: FileHash{Name: base(r.o.In), Bytes: r.in.id.Size, SHA256: s.In}, Run: p.id(),
	}
	if r.in.file == nil {
		if r.o.InName != "" {
			m.Input.Name = r.o.InName
		}
		m.Input.Bytes = r.o.Meter.read.Load()
	}
	if r.in.pack != None {
		m.Input.SHA256, m.Input.Content = hexSum(r.in.whole), s.In
	}
	if r.o.Job.Mode == Translate {
		m.Output = &FileHash{Name: base(r.o.Out), Bytes: s.OutSize, SHA256: s.Out}
	}
	if r.o.Rejects != "" {
		m.Rejects = &FileHash{Name: base(r.o.Rejects), Bytes: s.RejectSize, SHA256: s.Rejects}
	}
	return m
}
