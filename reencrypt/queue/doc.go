// Package queue re-enciphers a file of PIN blocks on many machines, each with a
// device of its own: what [reencrypt.Run] does on one. One process calls [Submit], and
// every machine [Work]:
//
//	manifest, err := queue.Submit(ctx, queue.Options{URL: "postgres://pinion@db.example/reencrypt", HSM: h, Job: job,
//		In: "cards.csv", Out: "new.csv", Rejects: "rejects.csv"})
//	worked, err := queue.Work(ctx, queue.WorkOptions{URL: "postgres://pinion@db.example/reencrypt", HSM: h})
//
// [Submit] cuts a file, or a [Table] of PostgreSQL, into chunks of rows. Each is a job of
// River, a queue on PostgreSQL. [Work] takes jobs, has its device translate the rows, and
// hands in what came of them. Submit fetches that in the order of the rows and writes
// output, rejects and manifest. A check has the blocks opened, and writes rejects alone.
//
// # Nothing lost, nothing doubled
//
// What a chunk gave is written, its rows are deleted, and its job is completed, in one
// transaction. So a worker that is lost before it leaves all three as they were, and
// the job is done by another. Whoever finds the rows gone knows that the chunk is done,
// and hands in nothing: it does not matter how often a job is begun.
//
// Submit keeps how far it is in the database too: the files are flushed to the disk
// before the transaction that says so and that deletes what they hold.
//
// # When a run ends
//
// A run whose Submit was lost waits to be gone on with, and workers do what there is of it.
// One that too many rejects stopped is left by the workers until it goes on. [List] tells
// of the runs of a database, and [Forget] removes those that nobody goes on with.
//
// # What is in the database
//
// Rows as they came in and as they go out, until they are fetched: account numbers,
// and blocks under the keys of the devices. No block is ever there in clear.
package queue
