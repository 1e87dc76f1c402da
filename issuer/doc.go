// Package issuer is the life of a card's PIN at its issuer: drawn at
// registration, set, changed, verified under a try counter, revealed where the
// product allows it, unblocked, and sent by post.
//
// It is for an authorization host or a card management system that would have
// these in its own process. It takes an HSM, a store and the products there are:
//
//	service, err := issuer.New(h, store, issuer.Options{
//		Profiles:   []issuer.Profile{{Name: "debit", Method: pinverify.VisaPVV{Index: 1}, MethodKey: "pvk"}},
//		StorageKey: "storage", Vault: vault,
//	})
//	verdict, err := service.VerifyPIN(ctx, token, issuer.PINBlock{Block: field52, Key: zpk}, issuer.Request{Actor: "authorization"})
//
// The store is [github.com/pinion-hsm/pinion/issuer/sqlstore]. The same as a
// handler of net/http is [github.com/pinion-hsm/pinion/issuer/httpapi], and as a
// program "pinion serve".
//
// Every PIN comes and goes as an enciphered PIN block: this package never holds
// one in clear. The HSM draws, translates and verifies; the store keeps for each
// card a reference value (PVV, offset) and, where the product allows the PIN to
// be revealed, an ISO-4 block under a storage key of the HSM.
//
// # The promise
//
// No answer leaves before its effect is durable. A verification locks the card,
// asks the HSM, moves the counter, writes the audit log and commits; only then is
// the verdict told. A process killed at any instant gives away no try, loses no
// card, and leaves no reference beside the block of another PIN: both are one
// write. The counter does not move for a request that is malformed or an HSM
// that does not answer.
//
// Requests that arrive together are committed together, see [Options.Group]: a
// commit costs one flush of the disk however many cards it holds.
//
// # What it does not do
//
// It does not ask who calls: [Request.Actor] is what the caller says it is, for the
// audit log ([github.com/pinion-hsm/pinion/issuer/audit]). Clients are the business of
// [github.com/pinion-hsm/pinion/issuer/access]. It keeps no balances and authorizes no
// payments: a right PIN is one answer of many that an authorization needs.
package issuer
