package main

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/pinion-hsm/pinion/hsm"
)

// pinCommand is what the pin commands share: a device, the members of one
// request as flags, and one request or a stream of them.
type pinCommand struct {
	env    *env
	device deviceFlags
	out    output
	first  string // the member whose flag, if given, asks for one request
	flags  []memberFlag
}

// memberFlag is the flag of a member.
type memberFlag struct {
	name  string
	value *string
}

// newPINCommand adds the flags that every pin command has, and one for each
// member. The first member decides between one request and many.
func newPINCommand(e *env, c *cobra.Command, members ...string) *pinCommand {
	p := &pinCommand{env: e, first: members[0], device: deviceFlags{existing: true}}
	c.Args = noArgs
	p.device.add(c)
	p.out.flag(c)
	for _, m := range members {
		p.flags = append(p.flags, memberFlag{m, c.Flags().String(flagOf(m), "", memberHelp[m])})
	}
	return p
}

var memberHelp = map[string]string{
	"pan":       "account number with its check digit, 1 to 19 digits",
	"block":     "enciphered PIN block in hex; without it, or with -, records are read from standard input",
	"reference": "reference value: PVV or offset as digits, a stored block in hex",
	"current":   "block of the current PIN in hex; without it, or with -, records are read from standard input",
	"new":       "block of the new PIN in hex",
	"ksn":       "key serial number (DUKPT) of the block in hex: 16 to 20 digits for TDES, 24 for AES",
	"new_ksn":   "key serial number (DUKPT) of the new PIN's block, if it is another",
}

// request returns the one request that the flags make, or false if records are
// to be read.
func (p *pinCommand) request(c *cobra.Command) (*request, bool, error) {
	one := c.Flags().Changed(p.first) && *p.flags[0].value != "-"
	r := &request{members: map[string]string{}}
	for _, m := range p.flags {
		if !c.Flags().Changed(flagOf(m.name)) || !one && m.name == p.first {
			continue
		}
		if !one {
			return nil, false, usage("--%s is for one request, and without --%s records are read from standard input", flagOf(m.name), p.first).
				withHint("give --%s too, or put %q into each record", p.first, m.name)
		}
		if *m.value != "" { // an empty flag is as good as none: --pan "" says that there is no PAN
			r.members[m.name] = *m.value
		}
	}
	return r, one, nil
}

// run opens the device and does what was asked: one request, printed by show, or
// records. A job that works on many at a time is made by makeJob, or nil.
func (p *pinCommand) run(c *cobra.Command, one func(context.Context, *hsm.HSM, *request) (answer, error),
	many func(*hsm.HSM) job, show func(answer) string) error {
	ctx := c.Context()
	r, single, err := p.request(c)
	if err != nil {
		return err
	}
	h, err := p.device.open(ctx, p.env)
	if err != nil {
		return err
	}
	defer func() { _ = h.Close() }()
	if !single {
		noteRecords(p.env)
		do := each(func(ctx context.Context, r *request) (answer, error) { return one(ctx, h, r) })
		if many != nil {
			do = many(h)
		}
		return runRecords(ctx, p.env.stdin, p.env.stdout, do)
	}
	a, err := one(ctx, h, r)
	if err != nil {
		return aboutFlag(err)
	}
	if err := p.out.write(p.env, show(a), a); err != nil {
		return err
	}
	if a.Verified != nil && !*a.Verified {
		return answerNo()
	}
	return nil
}

// noteRecords tells a person at a terminal what is being waited for.
func noteRecords(e *env) {
	if f, ok := e.stdin.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		_, _ = fmt.Fprintln(e.stderr, "reading records from the terminal: one JSON object a line, Ctrl-D ends them")
	}
}
