package main

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/reencrypt"
)

func init() { register("", newReencrypt) }

// reencryptFlags are what the flags of reencrypt say.
type reencryptFlags struct {
	output
	device              deviceFlags
	from, to            pinKeyFlags
	toChipCard          bool
	in, out, rejects    string
	table               tableFlags
	columns             []string
	records, outRecords string
	delimiter, compress string
	maxRejects          string
	check, dryRun       bool
	sample              int
	resume, force       bool
	batch, checkpoint   int
	workers             int
	wait, timeout, tick time.Duration
	auditLog            string
}

const reencryptHelp = `Reencrypt translates a file of PIN blocks for another key and, if asked, another
format. The blocks are opened and sealed by the device, many in one call and on all
of its sessions; memory stays the same however long the file is.

A CSV file has a header with the columns block, pan and, where the key is a base
derivation key, ksn (and to_ksn for the blocks that go out, if they are under one
too). An NDJSON file has members of these names, all of them strings. --map says what
they are called otherwise. The new block takes the place of the old one; everything else in the row,
and the order of the rows, stays as it is, to the byte. How a file is written is told
by its name (.csv, .ndjson, .jsonl, and behind that .gz or .zst) or by --records,
--out-records and --compress; that an input is compressed is noticed. - is standard
input or output.

Where --in is of one kind and --out of the other, rows are converted: a column is a
member of the same name. Fields of CSV become strings. Of JSON, what is no string
becomes its JSON, and null or a member that is not there an empty field; the columns
are the members of the first row that has a block.

Every row ends once, in --out or in --rejects, which has its number (the first row is
1), its id (column id), the account number without its middle, and why: malformed,
too-long, columns, block-missing, block-form, pan-missing, pan, pan-short, ksn-missing,
ksn, ksn-unexpected, text and members (of rows that are converted: not UTF-8, and members
that the first row has not), block (it does not open) or device. Lines with nothing in
them are no rows. A CSV row whose field in quotes has lines in it is one row, also where
it is too-long (64 KiB); one whose quotes are wrong, or not closed in 16 MiB, is malformed
and ends with its line, and the lines behind it are rows.

No block is in --rejects. Of an id, 12 or more digits are hidden but for the first six and
the last four, also with spaces, points or the like between them, and 16 or more hex
digits in a row are hidden: they may be an account number or a block. The number of the
row tells which it was.

A run stops when the first 1,000 rows and all that were done with them are rejected: it
is a wrong key or format more often than not. --max-rejects stops it after more than N
rejects, or more than N% of the rows once there are 1,000; with none it never stops for
that. What was done is kept, as after any other stop. A --sample only stops for what
--max-rejects says.

WHILE IT RUNS the outputs are called OUT.partial and REJECTS.partial. They get their
names when all rows are done; a file that is there is not touched without --force.
OUT.checkpoint says how far they are on the disk, every --checkpoint rows. After
whatever ended a run, the same command with --resume goes on from there, also where
nothing was begun yet. Other keys, formats, columns or another input are refused, also
one that was put right: then begin anew with --force. What was written and read before is
held to its hash.

An output made in several goes is that of one go, byte for byte, where the new format
has no random fill (ISO-0, ISO-2). With ISO-1, ISO-3 and ISO-4 every run seals anew and
no two outputs are the same; then every row is there once, in its place, with the same
PIN, and the rows before the checkpoint are not done again. Compressed outputs are made
of a member or frame for each batch.

A device that does not answer is waited for, as long as --wait says. After that, when
the disk is full, and on SIGINT or SIGTERM, which let the calls under way end, the run
stops and keeps its checkpoint.

AT THE END there is OUT.manifest.json: counts, keys by label and KCV, formats, policy,
times, and the SHA-256 of input, output and rejects. Its own SHA-256 is printed, and
entered in the log of --audit-log, a chain that 'pinion audit verify FILE' verifies:
without it nothing shows whether a manifest was changed later.

--check has the device open every block, and writes nothing but rejects; with --to-key
and --to-format it makes the new blocks too and throws them away. --dry-run reads the
rows and asks the device for keys, policy and exposure, and gives it no block of a row
(where a key is a base derivation key, a made-up one, to see whether it can derive).
--sample N takes N rows, the same ones every time, chosen over the whole file by a hash
of their number.

The exit code is 0 if all rows were translated, and 1 if some were rejected: after both
all rows are done and the outputs have their names. It is 2 if the run was stopped since
too many rows were rejected, and 130 if it was interrupted: OUT is then not there, or is
that of an earlier run. Otherwise it is as 'pinion help exit-codes' says.`

func newReencrypt(e *env) *cobra.Command {
	r := &reencryptFlags{device: deviceFlags{existing: true}}
	c := &cobra.Command{
		Use:   "reencrypt",
		Short: "Translate whole files of PIN blocks for another key or format",
		Long:  reencryptHelp,
		Example: `  pinion reencrypt --from-key zpk1 --from-format iso-0 --to-key zpk2 --to-format iso-4 --in old.csv --out new.csv --rejects rejects.csv
  pinion reencrypt --from-key zpk1 --from-format iso-0 --to-key zpk2 --to-format iso-4 --in old.csv.gz --out new.csv.zst --rejects rejects.csv --map pan=account --map id=card_ref --audit-log audit.ndjson --resume
  pinion reencrypt --check --from-key zpk1 --from-format iso-0 --in old.csv --sample 1000`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error { return r.run(c, e) },
	}
	r.device.add(c)
	r.flag(c)
	r.from.add(c, "from", "the blocks that come in")
	r.from.addDUKPT(c)
	r.to.add(c, "to", "the blocks that go out")
	f := c.Flags()
	f.BoolVar(&r.toChipCard, "to-chip-card", false, "the blocks go to chip cards, the only place ISO-2 may go")
	f.StringVar(&r.in, "in", "", "`file` of rows; - is standard input")
	f.StringVar(&r.out, "out", "", "`file` for the translated rows; - is standard output")
	f.StringVar(&r.rejects, "rejects", "", "`file` for the rows that were not translated")
	f.StringArrayVar(&r.columns, "map", nil, "`ROLE=COLUMN`: what the column of pan, block, ksn, to_ksn or id is called; repeat for more")
	f.StringVar(&r.records, "records", "", "csv or ndjson, where the names of the files do not tell")
	f.StringVar(&r.outRecords, "out-records", "", "csv or ndjson: of the output, where it is another than that of the input and its name does not tell")
	f.StringVar(&r.delimiter, "delimiter", ",", "what is between the fields of CSV: a character, or tab")
	f.StringVar(&r.compress, "compress", "", "of the output: none, gzip or zstd, where its name does not tell")
	f.BoolVar(&r.check, "check", false, "have the device open every block, and write nothing but rejects")
	f.BoolVar(&r.dryRun, "dry-run", false, "read all rows and ask for keys and policy, and give the device no block of a row")
	f.StringVar(&r.maxRejects, "max-rejects", "", "stop when more than `N` rows are rejected, or N%, or never: none; otherwise when the first 1,000 all are")
	f.IntVar(&r.sample, "sample", 0, "take `N` rows, spread over the file")
	f.BoolVar(&r.resume, "resume", false, "go on where a run to the same --out stopped, if one did")
	f.BoolVar(&r.force, "force", false, "begin anew, and replace what is there")
	f.IntVar(&r.batch, "batch", 2048, "rows in one call of the device")
	f.IntVar(&r.checkpoint, "checkpoint", 65536, "rows from one checkpoint to the next")
	f.IntVar(&r.workers, "workers", 16, "calls at the same time; a device has 16 sessions")
	f.DurationVar(&r.wait, "wait", 5*time.Minute, "how long a device that does not answer is waited for")
	f.DurationVar(&r.timeout, "call-timeout", 5*time.Minute, "after which a call counts as not answered")
	f.DurationVar(&r.tick, "progress", 30*time.Second, "how often a line says how far it is, where there is no terminal; 0 is never")
	f.StringVar(&r.auditLog, "audit-log", "", "`file` of a chained log to enter the manifest in; made if it is not there")
	for _, name := range []string{"records", "out-records"} {
		completeWith(c, name, func() []string { return []string{"csv", "ndjson"} })
	}
	completeWith(c, "compress", func() []string {
		return []string{reencrypt.None.String(), reencrypt.Gzip.String(), reencrypt.Zstd.String()}
	})
	r.table.add(c)
	withQueue(c, e, r)
	return c
}
