package main

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinverify"
)

// methodFlags are the flags that name a verification method, its key and its
// settings.
type methodFlags struct {
	name, key string

	index            int
	table            string
	start, length    int
	pad, data        string
	checkLength      int
	validationDigits string
	storedFormat     string

	pvkHint string // what to give as --pvk
	changed func(flag string) bool
}

// pinMethod is a verification method on the command line. A method is a file
// that adds itself to pinMethods.
type pinMethod struct {
	flags       []string // those it uses, without --method and --pvk
	noReference bool     // the method has no reference values
	build       func(*methodFlags) (pinverify.Method, error)
}

var pinMethods = map[string]pinMethod{}

// settings are all flags that belong to some methods only.
var settings = []string{"pvki", "decimalization-table", "validation-start", "validation-length", "validation-pad",
	"validation-data", "check-length", "validation-digits", "stored-format"}

func (m *methodFlags) add(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&m.name, "method", "", "verification method: "+strings.Join(methodNames(), ", "))
	f.StringVar(&m.key, "pvk", "", "label of the PIN verification key, or of the key of the stored block")
	f.IntVar(&m.index, "pvki", 1, "PIN verification key index, 1 to 6 (visa-pvv, interbank)")
	f.StringVar(&m.table, "decimalization-table", "0123456789012345", "16 decimal digits (ibm-3624, gbp, nl-pin-1)")
	f.IntVar(&m.start, "validation-start", 0, "digits of the PAN to pass over for the validation data (ibm-3624, gbp, nl-pin-1)")
	f.IntVar(&m.length, "validation-length", 12, "digits of the PAN in the validation data (ibm-3624, gbp, nl-pin-1)")
	f.StringVar(&m.pad, "validation-pad", "F", "hex digit that fills the validation data up to 16 (ibm-3624, gbp, nl-pin-1)")
	f.StringVar(&m.data, "validation-data", "", "validation data as 16 hex digits, in place of digits of the PAN (ibm-3624, gbp, nl-pin-1)")
	f.IntVar(&m.checkLength, "check-length", pinverify.WholePIN, "digits that the offset covers, from the right; 0 is the whole PIN (ibm-3624)")
	f.StringVar(&m.validationDigits, "validation-digits", "", "three decimal digits (interbank)")
	f.StringVar(&m.storedFormat, "stored-format", "", "format of the stored block (stored-block)")
	m.pvkHint = "it is the label of the method's key on the device"
	m.changed = f.Changed
	completeWith(c, "method", methodNames)
	completeWith(c, "stored-format", formatNames)
}

func methodNames() []string { return slices.Sorted(maps.Keys(pinMethods)) }

// get returns the method. With optional, none named is nil.
func (m *methodFlags) get(optional bool) (pinverify.Method, error) {
	if m.name == "" {
		if optional && m.key == "" {
			return nil, nil
		}
		return nil, usage("--method is missing").withHint("methods are %s", strings.Join(methodNames(), ", "))
	}
	p, ok := pinMethods[strings.ToLower(m.name)]
	if !ok {
		return nil, usage("--method: there is no method of that name").withHint("methods are %s", strings.Join(methodNames(), ", "))
	}
	if m.key == "" {
		return nil, usage("--pvk is missing").withHint("%s", m.pvkHint)
	}
	for _, flag := range settings {
		if m.changed(flag) && !slices.Contains(p.flags, flag) {
			return nil, usage("--%s is not for method %s", flag, strings.ToLower(m.name))
		}
	}
	method, err := p.build(m)
	if err != nil {
		return nil, err
	}
	if err := method.Check(); err != nil {
		return nil, about("--"+settingOf(err, m), err)
	}
	return method, nil
}

// settingOf returns the flag that a method's Check complains of.
func settingOf(err error, m *methodFlags) string {
	switch {
	case errors.Is(err, pinverify.ErrIndex):
		return "pvki"
	case errors.Is(err, pinverify.ErrCheckLength):
		return "check-length"
	case errors.Is(err, pinverify.ErrValidationDigits):
		return "validation-digits"
	case errors.Is(err, pinverify.ErrValidation):
		return "validation-length"
	}
	return "method " + m.name
}

// reference reads a reference value: digits, or the stored block.
func (m *methodFlags) reference(r *request, method pinverify.Method) ([]byte, error) {
	text, given := r.members["reference"]
	if pinMethods[method.Name()].noReference {
		if text != "" {
			return nil, &fieldError{"reference", errors.New("method " + method.Name() + " has no reference values")}
		}
		return nil, nil
	}
	if !given || text == "" {
		return nil, &fieldError{"reference", errMissing}
	}
	if s, ok := method.(pinverify.StoredBlock); ok {
		return r.block("reference", s.Format)
	}
	return []byte(text), nil
}

// referenceText writes a reference value as reference reads it.
func referenceText(method pinverify.Method, value []byte) string {
	if _, ok := method.(pinverify.StoredBlock); ok {
		return hexText(value)
	}
	return string(value)
}

// validation returns the table and validation data that three methods share.
func (m *methodFlags) validation() (pinverify.Table, pinverify.Validation, error) {
	table, err := pinverify.ParseTable(m.table)
	if err != nil {
		return pinverify.Table{}, pinverify.Validation{}, about("--decimalization-table", err)
	}
	if m.data != "" {
		for _, flag := range []string{"validation-start", "validation-length", "validation-pad"} {
			if m.changed(flag) {
				return pinverify.Table{}, pinverify.Validation{}, usage("--validation-data and --%s exclude each other", flag)
			}
		}
		v, err := pinverify.FixedValidation(m.data)
		if err != nil {
			return pinverify.Table{}, pinverify.Validation{}, usage("--validation-data: want 16 hex digits")
		}
		return table, v, nil
	}
	pad, err := pinverify.ParsePad(m.pad)
	if err != nil {
		return pinverify.Table{}, pinverify.Validation{}, about("--validation-pad", err)
	}
	return table, pinverify.ValidationFromPAN(m.start, m.length, pad), nil
}

// validationFlags are the flags that validation reads.
var validationFlags = []string{"decimalization-table", "validation-start", "validation-length", "validation-pad", "validation-data"}

// storedFormatOf reads --stored-format.
func (m *methodFlags) storedFormatOf() (pinblock.Format, error) {
	return formatFlag("stored-format", m.storedFormat)
}
