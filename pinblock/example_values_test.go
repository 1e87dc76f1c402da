package pinblock_test

import (
	"errors"
	"fmt"
	"log"

	"github.com/pinion-hsm/pinion/pinblock"
)

// A PIN does not print, marshal or compare with ==. It is compared with Equal.
func ExampleParsePIN() {
	pin, err := pinblock.ParsePIN("1234")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%v %+v %x\n", pin, struct{ P pinblock.PIN }{pin}, pin)
	_, err = pin.MarshalText()
	fmt.Println("marshals:", err == nil)

	_, err = pinblock.ParsePIN("12a4")
	fmt.Println(err)
	// Output:
	// [PIN] {P:[PIN]} [PIN]
	// marshals: false
	// pinblock: PIN must be 4 to 12 decimal digits
}

// A PAN is the whole number, with its check digit: each format cuts from it what it
// needs. It prints as what may be on a receipt.
func ExampleParsePAN() {
	pan, err := pinblock.ParsePAN("4111111111111111")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(pan, pan.Len())

	_, err = pinblock.ParsePAN("4111 1111 1111 1111")
	fmt.Println(err)
	// Output:
	// 411111******1111 16
	// pinblock: PAN must be 1 to 19 decimal digits
}

// Format names are those of every vendor; names that mean two layouts are refused.
func ExampleParseFormat() {
	f, err := pinblock.ParseFormat("ISO_FORMAT_0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(f, f.BlockSize(), f.BindsPAN())

	_, err = pinblock.ParseFormat("docutel")
	fmt.Println(errors.Is(err, pinblock.ErrFormat))
	// Output:
	// ISO-0 8 true
	// true
}

// The settings that some of the older formats need are part of a format's value.
func ExampleFormat_WithPad() {
	f := pinblock.IBM3624.WithPad(0xE)
	fmt.Println(f, f.Valid())

	again, err := pinblock.ParseFormat("ibm-3624:pad=E")
	fmt.Println(again == f, err)
	// Output:
	// IBM-3624:pad=E true
	// true <nil>
}

// Every format there is, with the PIN lengths it holds and where it is described.
func ExampleFormats() {
	for _, f := range pinblock.Formats()[:5] {
		shortest, longest := f.PINLengths()
		fmt.Printf("%v: %d bytes, PINs of %d to %d digits, %s\n", f, f.BlockSize(), shortest, longest, f.Source())
	}
	// Output:
	// ISO-0: 8 bytes, PINs of 4 to 12 digits, ISO 9564-1:2017 9.3.2
	// ISO-1: 8 bytes, PINs of 4 to 12 digits, ISO 9564-1:2017 9.3.3
	// ISO-2: 8 bytes, PINs of 4 to 12 digits, ISO 9564-1:2017 9.3.4
	// ISO-3: 8 bytes, PINs of 4 to 12 digits, ISO 9564-1:2017 9.3.5
	// ISO-4: 16 bytes, PINs of 4 to 12 digits, ISO 9564-1:2017 9.4
}
