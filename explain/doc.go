// Package explain shows how PIN blocks, PIN verification values, DUKPT keys and key
// blocks come about: each step with its digits, what every nibble is, and by which
// rule. It is what "pinion lab --explain" prints and what the lab's page draws.
//
//	x, err := explain.Open(ctx, zpk, pinblock.ISO0, block, pan, nil)
//	fmt.Print(x.Text())
//
// Everything in an [Explanation] is in the clear: PINs, keys, what is between two
// encipherments. It is for test data: for finding out why two implementations
// disagree, and for learning. A program that handles cardholders' PINs has no use
// for it, and the import line is how a reviewer finds out.
//
// # What is explained
//
//   - PIN blocks: [Encode], [Decode], [Seal], [Open], [Translate]
//   - PIN verification: [PVV], [NaturalPIN], [Offset], [Verify]
//   - check values and components: [KCV], [KCVOver], [Combine], [Split]
//   - DUKPT: [DUKPT], [DUKPTInitialKey], [DUKPTUpdateKey]
//   - key blocks: [KeyBlock], [Wrap]
//
// # What comes back
//
// Each returns an explanation and an error, and with bad data both: what could still be
// worked out, with the parts of [Kind] Wrong marked, and the library's error, which says
// why it ends there.
//
// An explanation is data: steps of rows that line up, facts and a tree, made of parts
// that know what they are. [Explanation.Text] prints it for a terminal; as JSON a page
// can draw it without knowing what it is about.
//
// # Why it can be believed
//
// Nothing is worked out a second time where the library can be asked: an explanation
// whose answer is not the library's own is an error of this package, and its tests
// compare them on all published vectors.
package explain
