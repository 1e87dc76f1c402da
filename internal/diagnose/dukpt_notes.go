package diagnose

import (
	"errors"
	"fmt"

	"github.com/pinion-hsm/pinion/keys/dukpt"
)

// ksnNotes says what can be said of a KSN alone, and with the keys.
func ksnNotes(in Input) (out []string) {
	if in.KSN == "" {
		return nil
	}
	ksn, err := dukpt.ParseKSN(in.KSN)
	if err != nil {
		return []string{fmt.Sprintf("The KSN has %d hex digits: one of TDES DUKPT has 16 to 20, one of AES DUKPT 24.", len(in.KSN))}
	}
	scheme := "TDES DUKPT"
	if ksn.IsAES() {
		scheme = "AES DUKPT"
	}
	out = append(out, fmt.Sprintf("The KSN is one of %s: initial key ID %X, transaction %d.", scheme, ksn.InitialKeyID(), ksn.Counter()))
	switch err := ksn.Check(); {
	case errors.Is(err, dukpt.ErrCounterZero):
		out = append(out, "The counter in the KSN is zero, which is no transaction: is it the KSN that was loaded with the initial key?")
	case errors.Is(err, dukpt.ErrCounterBits):
		out = append(out, "The counter in the KSN has more one bits than terminals use: a digit of it is wrong.")
	}
	for _, key := range in.Keys {
		if schemeAlgorithm(len(key), ksn) == 0 {
			out = append(out, fmt.Sprintf("A key of %d bytes is no BDK of %s.", len(key), scheme))
		}
	}
	return out
}

// dukptNext says what to ask next where a KSN came with the block.
const dukptNext = "Ask which BDK the terminal's initial key was derived from: the left digits of the KSN name it. Compare the check value of that BDK, and that of the initial key if the terminal can show it."

const askDUKPT = "Ask whether the terminal derives a key for each transaction (DUKPT). Then the key of the block is not the one you hold, and a key serial number (KSN) comes with it."
