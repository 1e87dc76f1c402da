package issuer_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/pinion-hsm/pinion/issuer"
	"github.com/pinion-hsm/pinion/pinverify"
)

// Three wrong PINs block the card, and then the HSM is not asked any more. A block that
// does not open is no try.
func ExampleService_VerifyPIN() {
	ctx := context.Background()
	b := newBank(ctx, pinverify.Rules{})
	defer b.Close()
	card := b.card(ctx, "2468") // registered, with this PIN

	damaged := b.block(ctx, "2468")
	damaged.Block[0] ^= 1
	for _, block := range []issuer.PINBlock{
		b.block(ctx, "2468"), damaged, b.block(ctx, "1111"), b.block(ctx, "2222"), b.block(ctx, "3333"), b.block(ctx, "2468"),
	} {
		verdict, err := b.VerifyPIN(ctx, card, block, issuer.Request{Actor: "authorization"})
		if err != nil {
			log.Fatal(err) // nothing was decided: no try is used up
		}
		fmt.Println(verdict.Result, verdict.RemainingTries)
	}
	// Output:
	// ok 3
	// unreadable 3
	// wrong-pin 2
	// wrong-pin 1
	// wrong-pin 0
	// blocked 0
}

// A customer's new PIN, with the one they have. The product refuses weak ones.
func ExampleService_ChangePIN() {
	ctx := context.Background()
	b := newBank(ctx, pinverify.CommonRules())
	defer b.Close()
	card := b.card(ctx, "2468")

	for _, chosen := range []string{"1234", "9174"} {
		change := issuer.PINChange{Current: b.block(ctx, "2468"), New: b.block(ctx, chosen)}
		outcome, err := b.ChangePIN(ctx, card, change, issuer.Request{Actor: "atm"})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(outcome.Result)
	}
	// Output:
	// weak-pin
	// ok
}

// Somebody with the right to do so gives all tries back.
func ExampleService_Unblock() {
	ctx := context.Background()
	b := newBank(ctx, pinverify.Rules{})
	defer b.Close()
	card := b.card(ctx, "2468")
	for range issuer.DefaultMaxTries {
		if _, err := b.VerifyPIN(ctx, card, b.block(ctx, "1111"), issuer.Request{Actor: "authorization"}); err != nil {
			log.Fatal(err)
		}
	}
	status, err := b.Status(ctx, card)
	fmt.Println("blocked:", status.Blocked, err)

	_, err = b.Unblock(ctx, card, issuer.Request{Actor: "call-centre", UpdatedBy: "J. Smith", Description: "caller identified"})
	if err != nil {
		log.Fatal(err)
	}
	status, err = b.Status(ctx, card)
	fmt.Println("tries:", status.RemainingTries, err)
	// Output:
	// blocked: true <nil>
	// tries: 3 <nil>
}

// A ticket shows the PIN once, as a block under a key of whoever shows it.
func ExampleService_IssueTicket() {
	ctx := context.Background()
	b := newBank(ctx, pinverify.Rules{})
	defer b.Close()
	card := b.card(ctx, "2468")
	ticket, _, err := b.IssueTicket(ctx, card, time.Minute, issuer.Request{Actor: "app"})
	if err != nil {
		log.Fatal(err)
	}
	for range 2 {
		block, _, err := b.RevealByTicket(ctx, card, ticket, b.zone, issuer.Request{Actor: "phone"})
		fmt.Println(len(block), "bytes, no such ticket:", errors.Is(err, issuer.ErrTicket))
	}
	// Output:
	// 16 bytes, no such ticket: false
	// 0 bytes, no such ticket: true
}

// At start-up: are the keys of the configuration there, and for their purpose?
func ExampleService_CheckKeys() {
	ctx := context.Background()
	b := newBank(ctx, pinverify.Rules{})
	defer b.Close()
	fmt.Println(b.CheckKeys(ctx))
	if err := b.hsm.DeleteKey(ctx, "storage"); err != nil {
		log.Fatal(err)
	}
	fmt.Println("all there:", b.CheckKeys(ctx) == nil)
	// Output:
	// <nil>
	// all there: false
}
