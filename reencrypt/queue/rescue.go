package queue

import (
	"context"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// rescue gives the chunks of workers that were lost to others. River does that too, but
// looks only twice a minute, and only once it has a leader again if that was lost. A
// job that runs for too long gets a second one for the same chunk; who is first wins.
//
// How long a job runs is told by this process's clock, so those of the machines do not
// matter.
func (s *submitter) rescue(ctx context.Context) {
	type attempt struct {
		id int64
		no int
	}
	since := map[attempt]time.Time{}
	again := map[attempt]bool{}
	ticker := time.NewTicker(max(s.o.Rescue/8, tick))
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		running, err := s.client.JobList(ctx, river.NewJobListParams().Queues(queueOf(s.id)).States(rivertype.JobStateRunning).First(10_000))
		if err != nil {
			clear(since) // what happened meanwhile is not known
			continue
		}
		now, still := time.Now(), map[attempt]time.Time{}
		var late []river.InsertManyParams
		var which []attempt
		for _, job := range running.Jobs {
			a := attempt{job.ID, job.Attempt}
			still[a] = now
			if t, ok := since[a]; ok {
				still[a] = t
			}
			var args chunkArgs
			if now.Sub(still[a]) < s.o.Rescue || again[a] || !decode(job.EncodedArgs, &args) {
				continue
			}
			late, which = append(late, args.insertion(urgentPriority)), append(which, a)
		}
		since = still
		if len(late) == 0 {
			continue
		}
		if _, err := s.client.InsertManyFast(ctx, late); err == nil {
			for _, a := range which {
				again[a] = true
			}
		}
	}
}
