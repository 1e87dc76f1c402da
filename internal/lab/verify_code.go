package lab

import (
	"strconv"

	"github.com/pinion-hsm/pinion/pinblock/clear"
)

// code returns the verification as a program; usage is the constant of its key's.
func (v *verification) code(usage string) string {
	p := &program{}
	p.use("std:context", "pinblock", "pinverify")
	p.keyVar("key", v.key, usage)
	pan := p.panVar(v.pan)
	p.do("pin := " + call("pinblock.ParsePIN", strconv.Quote(clear.Digits(v.pin))))
	method := v.methodCode(p)
	if v.value == "" {
		p.do("value := " + call(method+".Reference", "context.Background()", "key", "pin", pan))
		return p.print("string(value)").String()
	}
	p.use("std:errors")
	p.do("err := " + method + ".Verify(context.Background(), key, pin, " + pan + ", []byte(" + strconv.Quote(v.value) + "))")
	p.do("switch {").do("case err == nil:").print(strconv.Quote(rightPIN))
	p.do("case errors.Is(err, pinverify.ErrWrongPIN):").print(strconv.Quote(wrongPIN))
	return p.do("default:").do("\tlog.Fatal(err)").do("}").String()
}
