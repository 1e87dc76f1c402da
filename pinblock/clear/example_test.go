package clear_test

import (
	"encoding/hex"
	"errors"
	"fmt"
	"log"

	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
)

// The clear block of a test PIN, as a standard's example prints it.
func ExampleEncode() {
	pin, err1 := clear.PIN("1234")
	pan, err2 := pinblock.ParsePAN("4111111111111111")
	if err := errors.Join(err1, err2); err != nil {
		log.Fatal(err)
	}
	for _, f := range []pinblock.Format{pinblock.ISO0, pinblock.ISO3} {
		block, err := clear.Encode(nil, f, pin, pan, &clear.Options{Fill: "ABCDEFABCD"})
		fmt.Printf("%v %X %v\n", f, block, err)
	}
	// Output:
	// ISO-0 041225EEEEEEEEEE <nil>
	// ISO-3 341225BADCFEBADC <nil>
}

// Unlike [pinblock.Open], which tells nothing, Decode says what is wrong: it is
// for data that is nobody's.
func ExampleDecode() {
	pan, err1 := pinblock.ParsePAN("4111111111111111")
	block, err2 := hex.DecodeString("041225EEEEEEEEEE")
	if err := errors.Join(err1, err2); err != nil {
		log.Fatal(err)
	}
	pin, err := clear.Decode(pinblock.ISO0, block, pan, nil)
	fmt.Println(clear.Digits(pin), err)

	_, err = clear.Decode(pinblock.ISO3, block, pan, nil)
	var e *clear.Error
	fmt.Println(errors.As(err, &e) && errors.Is(err, pinblock.ErrBlock), e.Reasons())
	// Output:
	// 1234 <nil>
	// true [control-nibble]
}
