package main

import (
	"bufio"
	"context"
	"encoding/json"

	"github.com/spf13/cobra"
)

func init() { register("audit", newAuditExport) }

func newAuditExport(e *env) *cobra.Command {
	var store storeFlags
	var from int64
	c := &cobra.Command{
		Use:   "export",
		Short: "Print the audit log, a JSON object in each line",
		Long: `Export prints the audit log as NDJSON, oldest first. 'pinion audit verify FILE'
verifies what was exported, on any machine.`,
		Example: `  pinion audit export --store sqlite:/var/lib/pinion/issuer.db > audit.ndjson
  pinion audit export --data ./pinion-dev --from 1000`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error { return exportAudit(c.Context(), e, &store, from) },
	}
	store.add(c)
	c.Flags().Int64Var(&from, "from", 1, "`number` of the first entry")
	return c
}

func exportAudit(ctx context.Context, e *env, flags *storeFlags, from int64) (err error) {
	if from < 1 {
		return usage("--from: want 1 or more")
	}
	store, err := flags.open(ctx)
	if err != nil {
		return err
	}
	defer func() {
		if closing := store.Close(); err == nil {
			err = closing
		}
	}()
	out := bufio.NewWriter(e.stdout)
	lines := json.NewEncoder(out)
	lines.SetEscapeHTML(false)
	for entry, err := range store.Audit(ctx, from) {
		if err == nil {
			err = lines.Encode(entry)
		}
		if err != nil {
			_ = out.Flush()
			return auditProblem(err)
		}
	}
	return out.Flush()
}
