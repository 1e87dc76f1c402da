package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
)

func init() { register("lab dukpt", newLabDUKPTTerminal) }

// labTerminal is what the flags of terminal ask for. The KSN and the keys are of
// labDUKPT, what is in the blocks of labInput.
type labTerminal struct {
	labInput
	dukpt     labDUKPT
	from      string
	algorithm string
	count     int
	records   bool
}

func newLabDUKPTTerminal(e *env) *cobra.Command {
	var t labTerminal
	c := &cobra.Command{
		Use:   "terminal",
		Short: "Play a terminal: PIN blocks under the keys of one transaction after another",
		Long: `Terminal plays the PIN pad that the KSN names and prints, for each transaction, its
KSN and the PIN block. It has the future keys as a PIN pad has them, and passes
over the counters that the standards leave out.

The transaction after --ksn is the first one; with the counter 0 that is 1. With
--from-ksn the first one is that very transaction.

With --records each line is a record, as the pin commands read them: the other
end of a test is 'pinion pin translate --from-key BDK …'.

With --explain it prints of the first transaction how its PIN key is derived and its
PIN block made.`,
		Example: `  pinion lab dukpt terminal --bdk 0123456789ABCDEFFEDCBA9876543210 --ksn FFFF9876543210E00000 --format iso-0 --pin 1234 --pan 5432101234567891
  pinion lab dukpt terminal --ik 6AC292FAA1315B4D858AB3A3D7D5933A --from-ksn FFFF9876543210EFF800 --format iso-0 --pin 1234 --pan 5432101234567891 --count 1
  pinion lab dukpt terminal --bdk FEDCBA9876543210F1F1F1F1F1F1F1F1 --ksn 123456789012345600000000 --format iso-4 --pin 1234 --pan 5432101234567891 --count 3 --records`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error { return t.run(c, e) },
	}
	t.dukpt.flags(c, "bdk", "ik", "ksn")
	c.Flags().Lookup("ksn").Usage = "KSN of the last transaction, or with the counter 0, `hex`"
	t.labInput.flags(c, "format", "pin", "pan", "fill", "explain")
	f := c.Flags()
	f.StringVar(&t.from, "from-ksn", "", "KSN of the first transaction, `hex`, in place of --ksn")
	f.StringVar(&t.algorithm, "pin-key-algorithm", "", "`algorithm` of the PIN keys where it is not the usual one, like aes128 under an AES-256 BDK")
	f.IntVar(&t.count, "count", 10, "how many transactions")
	f.BoolVar(&t.records, "records", false, "print records for the pin commands, one JSON object a line")
	completeWith(c, "pin-key-algorithm", algorithmNames)
	return c
}

// maxPlayed bounds --count: the answer is printed as a whole.
const maxPlayed = 100000

// played is one transaction.
type played struct {
	KSN   string `json:"ksn"`
	Block string `json:"block"`
}

// playedRecord is one as the pin commands read it.
type playedRecord struct {
	ID  int    `json:"id"`
	PAN string `json:"pan,omitempty"`
	played
}

func (t *labTerminal) run(c *cobra.Command, e *env) error {
	f, err := t.get()
	if err != nil {
		return err
	}
	pin, err := t.labPIN(f)
	if err != nil {
		return err
	}
	pan, err := t.labPAN(f)
	if err != nil {
		return err
	}
	o, err := t.options()
	if err != nil {
		return err
	}
	if t.count < 1 || t.count > maxPlayed {
		return usage("--count: want 1 to %d", maxPlayed)
	}
	terminal, a, err := t.terminal(f)
	if err != nil {
		return err
	}
	if t.explain {
		return t.steps(c, e, terminal, a, f, pin, pan, o)
	}
	seal := func(tx dukpt.Transaction) (played, error) {
		key, err := tx.WorkingKey(dukpt.PIN, a)
		if err != nil {
			return played{}, blamePINKey(err)
		}
		b, err := clear.Seal(c.Context(), nil, key, f, pin, pan, o)
		if err != nil {
			return played{}, blame(err, f)
		}
		return played{tx.KSN().String(), hexText(b)}, nil
	}
	list, err := t.play(e, terminal, seal)
	if err != nil {
		return err
	}
	return t.print(e, f, list)
}

// play has the terminal make its transactions, as many as there are.
func (t *labTerminal) play(e *env, terminal *dukpt.Terminal, seal func(dukpt.Transaction) (played, error)) ([]played, error) {
	var list []played
	for range t.count {
		tx, err := terminal.Next()
		if errors.Is(err, dukpt.ErrEndOfLife) && len(list) > 0 {
			_, _ = fmt.Fprintln(e.stderr, "note: that was the terminal's last transaction: it needs a new initial key")
			break
		}
		if err != nil {
			return nil, dukptProblem(err)
		}
		p, err := seal(tx)
		if err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, nil
}

// blamePINKey is dukptProblem where the algorithm has another flag.
func blamePINKey(err error) error {
	if errors.Is(err, dukpt.ErrAlgorithm) || errors.Is(err, dukpt.ErrStrength) {
		return about("--pin-key-algorithm", err)
	}
	return dukptProblem(err)
}

// print prints the transactions as text, as one object or as records.
func (t *labTerminal) print(e *env, f pinblock.Format, list []played) error {
	var text strings.Builder
	for i, p := range list {
		if !t.records {
			fmt.Fprintf(&text, "%s %s\n", p.KSN, p.Block)
			continue
		}
		line, err := jsonLine(playedRecord{i + 1, t.pan, p})
		if err != nil {
			return err
		}
		text.WriteString(line)
	}
	return t.write(e, text.String(), struct {
		Format       string   `json:"format"`
		Transactions []played `json:"transactions"`
	}{f.String(), list})
}
