package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/issuer/audit"
)

func init() { register("audit", newAuditVerify) }

// auditVerify is what the flags of audit verify ask for.
type auditVerify struct {
	output
	store storeFlags
	head  string
}

func newAuditVerify(e *env) *cobra.Command {
	var v auditVerify
	c := &cobra.Command{
		Use:   "verify [FILE]",
		Short: "Say whether the audit log is as it was written",
		Long: `Verify walks the whole log, of a store or of an exported file (- is standard
input), and prints how many entries it has and the hash of the last: its head.

With --head, a hash that was noted earlier, the log must also hold the entry of that
hash: it was not cut off before it, and not written anew.

The exit code is 1 if the log is not as it was written.`,
		Example: `  pinion audit verify --data ./pinion-dev
  pinion audit export --data ./pinion-dev | pinion audit verify -`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usage("there is more than one file").withHint("each log is verified by itself")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error { return v.run(c.Context(), e, args) },
	}
	v.store.add(c)
	c.Flags().StringVar(&v.head, "head", "", "`hash` of an entry that must be in the log, 64 hex digits")
	v.flag(c)
	return c
}

var headForm = regexp.MustCompile(`^[0-9a-f]{64}$`)

func (v *auditVerify) run(ctx context.Context, e *env, args []string) error {
	v.head = strings.ToLower(v.head)
	if v.head != "" && !headForm.MatchString(v.head) {
		return usage("--head: want 64 hex digits")
	}
	entries, end, err := v.entries(ctx, e, args)
	if err != nil {
		return err
	}
	defer end()
	seen := v.head == "" || v.head == audit.Start().Hash
	head, err := audit.Verify(audit.Start(), func(yield func(audit.Entry, error) bool) {
		for entry, err := range entries {
			seen = seen || err == nil && entry.Hash == v.head
			if !yield(entry, err) {
				return
			}
		}
	})
	switch {
	case errors.Is(err, audit.ErrBroken):
		return v.answer(e, head, plain(err))
	case err != nil:
		return auditProblem(err)
	case !seen:
		return v.answer(e, head, "no entry has the hash of --head: the log was cut off before it, or written anew")
	}
	return v.answer(e, head, "")
}

// answer prints the verdict; broken is what is not as it was written.
func (v *auditVerify) answer(e *env, head audit.Head, broken string) error {
	text := fmt.Sprintf("%d entries, head %s: as written", head.Seq, head.Hash)
	if broken != "" {
		text = fmt.Sprintf("%s (good up to entry %d, hash %s)", broken, head.Seq, head.Hash)
	}
	err := v.write(e, text, struct {
		Entries int64  `json:"entries"`
		Head    string `json:"head"`
		OK      bool   `json:"ok"`
		Broken  string `json:"broken,omitempty"`
	}{head.Seq, head.Hash, broken == "", broken})
	if err == nil && broken != "" {
		return answerNo()
	}
	return err
}

// entries returns the log that is to be verified.
func (v *auditVerify) entries(ctx context.Context, e *env, args []string) (iter.Seq2[audit.Entry, error], func(), error) {
	if len(args) == 1 {
		if v.store.dsn != "" || v.store.data != "" {
			return nil, nil, usage("a file and a store exclude each other")
		}
		return auditFile(e, args[0])
	}
	store, err := v.store.open(ctx)
	if err != nil {
		return nil, nil, err
	}
	return store.Audit(ctx, 1), func() { _ = store.Close() }, nil
}
