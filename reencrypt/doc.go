// Package reencrypt re-enciphers files of PIN blocks: whole portfolios, row by
// row, for another key and another format, with the keys in an HSM. It is what
// "pinion reencrypt" runs, for programs that do it themselves:
//
//	manifest, err := reencrypt.Run(ctx, reencrypt.Options{
//		HSM: h,
//		Job: reencrypt.Job{
//			From: hsm.PINKey{Key: "zpk-old", Format: pinblock.ISO0},
//			To:   hsm.PINKey{Key: "zpk-new", Format: pinblock.ISO4},
//		},
//		In: "cards.csv", Out: "new.csv", Rejects: "rejects.csv",
//	})
//
// [Run] does a file: it reads rows of CSV or NDJSON, has a device translate them in
// batches on all of its sessions, and writes them in their order, as they were or as the
// other [Kind]. Every row ends exactly once, in the output or in the rejects. What was
// done is known by a checkpoint beside the output, so that a run that was killed goes on
// where it was. Too many rejects stop it, see [Limit].
//
// A [Converter] is the middle of it, for whoever brings rows from elsewhere: a
// [Chunk] of rows in, an [Outcome] out, and nothing kept between two of them.
//
// # The same bytes again
//
// A run that was interrupted, however it was, and resumed writes what a run in one
// go writes, byte for byte, where the outgoing format has no random fill: ISO-0 and
// most of the older ones. ISO-1, ISO-3, ISO-4 and some others have: no two runs
// write the same bytes then, resumed or not. What holds for them is that every row
// is there once, in its place, with a block that opens to the same PIN, and that
// what was before the checkpoint is not done again.
//
// # What is where
//
// Memory holds some chunks of rows, never the file. Blocks that come in and go out
// are enciphered; the clear PIN is where the device has it, see [hsm.Exposure].
// The rejects hold no block, and of an account number the first six and the last
// four digits. An id in them is shown but for what may be one of these: of 12 or more
// digits (with up to three characters between two of them that are neither letter nor
// digit) the first six and the last four are left, of exactly 12 the last four, and 16 or
// more hex digits without a break are hidden. Most UUIDs stay as they are: those with 12
// decimal digits in a row do not.
//
// On many machines at once it is [github.com/pinion-hsm/pinion/reencrypt/queue].
package reencrypt
