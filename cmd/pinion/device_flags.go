package main

import (
	"context"
	"errors"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/devices"
)

// deviceFlags are the flags of every command that works on a device.
type deviceFlags struct {
	uri            string
	policy         string
	allowInProcess bool
	sessions       int  // at the same time; 0: the usual number
	existing       bool // a token is not made: the command needs keys that are there
}

// add defines --device, --policy and --allow-in-process.
func (d *deviceFlags) add(c *cobra.Command) {
	d.addURI(c)
	c.Flags().StringVar(&d.policy, "policy", "", "translation policy: pci-pin (default), ibm-cca or open")
	c.Flags().BoolVar(&d.allowInProcess, "allow-in-process", false,
		"let a clear PIN be in this process's memory for the length of one call")
	completeWith(c, "policy", func() []string {
		var names []string
		for _, p := range hsm.Policies() {
			names = append(names, p.String())
		}
		return names
	})
}

// addURI defines --device alone.
func (d *deviceFlags) addURI(c *cobra.Command) {
	c.Flags().StringVar(&d.uri, "device", "", "URI of the device: pkcs11:…, softhsm:/dir, nss:/dir, soft:/path/keys.json, softhsm:, nss:, soft: (default $PINION_DEVICE)")
	completeWith(c, "device", func() []string {
		var forms []string
		for _, s := range devices.Schemes() {
			forms = append(forms, s.Name+":\t"+s.Text)
		}
		return forms
	})
}

// where returns the URI of the device, "" if none was named.
func (d *deviceFlags) where(e *env) string {
	if d.uri == "" && e.getenv != nil {
		return e.getenv("PINION_DEVICE")
	}
	return d.uri
}

// options returns the options of the front that the flags ask for.
func (d *deviceFlags) options() ([]hsm.Option, error) {
	var opts []hsm.Option
	if d.policy != "" {
		p, err := hsm.ParsePolicy(d.policy)
		if err != nil {
			return nil, usage("--policy: there is no such policy").withHint("policies are pci-pin, ibm-cca and open")
		}
		opts = append(opts, hsm.WithPolicy(p))
	}
	if d.allowInProcess {
		opts = append(opts, hsm.AllowInProcess())
	}
	return opts, nil
}

// open opens the device.
func (d *deviceFlags) open(ctx context.Context, e *env) (*hsm.HSM, error) {
	opts, err := d.options()
	if err != nil {
		return nil, err
	}
	device, err := d.openDevice(ctx, e)
	if err != nil {
		return nil, err
	}
	return hsm.New(device, opts...), nil
}

// openDevice opens the device without its front.
func (d *deviceFlags) openDevice(ctx context.Context, e *env) (hsm.Device, error) {
	uri := d.where(e)
	if uri == "" {
		return nil, usage("no device is named").
			withHint("give --device or set PINION_DEVICE, like softhsm:/var/lib/pinion/token; 'pinion device list' shows the tokens there are")
	}
	// A device may have a token to remove when it is closed. A reader of the
	// output that goes away ("| head") must not end the process before that: the
	// write fails, and the command ends as it does for any error.
	signal.Ignore(syscall.SIGPIPE)
	device, err := devices.OpenDevice(ctx, uri, devices.Options{
		Credential: askCredential(e), Passphrase: askPassphrase(e), Existing: d.existing, Sessions: d.sessions,
	})
	if err != nil {
		return nil, deviceProblem(err)
	}
	return device, nil
}

// deviceProblem says of what flag a bad URI is.
func deviceProblem(err error) error {
	switch {
	case errors.Is(err, devices.ErrURI):
		return about("--device", err)
	case errors.Is(err, devices.ErrNotThere):
		return about("--device", err).withHint("is the path right? 'pinion key generate', 'key import' and 'lab load' make a token where there is none")
	}
	return err
}

// askCredential asks for the credential of a token whose URI names none.
func askCredential(e *env) func(context.Context, string) ([]byte, error) {
	return func(_ context.Context, token string) ([]byte, error) {
		if e.prompt == nil {
			return nil, noCredential(token)
		}
		credential, err := e.prompt("Credential (user PIN in PKCS#11's words) of token " + token + ": ")
		if errors.Is(err, errNoTerminal) {
			return nil, noCredential(token)
		}
		return credential, err
	}
}

func noCredential(token string) error {
	return usage("token %s needs its credential, and there is no terminal to ask at", token).
		withHint("put it in a file and add pin-source=file:/path/of/the/file to the device's URI")
}

// completeWith completes a flag from a list.
func completeWith(c *cobra.Command, flag string, list func() []string) {
	err := c.RegisterFlagCompletionFunc(flag, func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return list(), cobra.ShellCompDirectiveNoFileComp
	})
	if err != nil { // the flag does not exist: a mistake in this program
		panic("completion of --" + flag + ": " + err.Error())
	}
}
