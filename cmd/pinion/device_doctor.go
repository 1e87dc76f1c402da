package main

import (
	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/hsm/pkcs11"
)

func init() { register("device", newDeviceDoctor) }

func newDeviceDoctor(e *env) *cobra.Command {
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Look at one device: what it is, what it can do, where a clear PIN would be, what is wrong",
		Long:  doctorHelp,
		Example: `  pinion device doctor --device softhsm:
  pinion device doctor --device nss: --json
  pinion device doctor --device 'pkcs11:token=issuer?module-path=/usr/lib/softhsm/libsofthsm2.so' --allow-in-process --strict`,
		Args: noArgs,
	}
	var device deviceFlags
	var out output
	var strict bool
	device.add(c)
	c.Flags().BoolVar(&strict, "strict", false, "end with exit code 1 if there is a danger")
	out.flag(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		opts, err := device.options()
		if err != nil {
			return err
		}
		raw, err := device.openDevice(c.Context(), e)
		if err != nil {
			return err
		}
		defer func() { _ = raw.Close() }()
		r, err := examine(c.Context(), raw, opts)
		if err != nil {
			return err
		}
		if err := out.write(e, r.text(), r); err != nil {
			return err
		}
		if strict && r.count(pkcs11.Danger) > 0 {
			return answerNo()
		}
		return nil
	}
	return c
}

const doctorHelp = `Doctor opens a device and reports what it is, what it does with every operation,
its keys, and what somebody should mend. For each operation, verification method
and format it says where the clear PIN is:

  on-device    it never enters this program
  in-process   it is in this program's memory for the length of one call
  refused      the device cannot do the operation

and why it is not less exposed. Allowed is what the flags given here would let
happen.

Of a PKCS#11 token it also reads what the library, the token and every secret key
say of themselves, tries with throw-away keys what the token does and what it
must refuse, and measures single calls. Keys that are there are read about, not
used, and nothing is left behind.

Findings have a level:

  danger    a PIN or a key can be had by who should not have it
  warning   it weakens the token, or something will not work
  note      good to know

The page holds no value of a key, no credential and no file of one: it is made to
be sent to whoever made the device. The exit code is 0 whatever was found; with
--strict it is 1 if there is a danger.

With --json the page is one object. Its names stay as they are:

  device, policy, in_process_allowed, verdict
  library        file, manufacturer, description, version, cryptoki
  slot           id, description, hardware, removable
  token          label, serial, manufacturer, model, hardware_version,
                 firmware_version, flags, login_required, sessions, sessions_max,
                 sessions_read_write_max, memory_free_public, memory_free_private
                 (a number, "no limit", or null if the token does not say)
  operations     operation, method, exposure, allowed, why
  translations   from, on_device, in_process, refused_by_policy (lists of formats)
  dukpt          scheme, algorithm, exposure (of the derived key), why
  tests          name, ok, why, took_us
  keys           label, algorithm, usage, kcv, type, ephemeral, attributes
                 (each true, false, or null if the token does not say)
  findings       level, code, key, text, advice
  mechanisms     name, can; mechanisms_listed, missing_for_on_device
  latency        call, calls, p50_us, p99_us

Library, slot, token, tests, findings, mechanisms and latency are of PKCS#11.`
