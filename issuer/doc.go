// Package issuer is the life of a card's PIN at its issuer: drawn at
// registration, set, changed, verified under a try counter, revealed where the
// product allows it, unblocked, and sent by post.
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
package issuer
