// This module's other requirements, the peers, are added in a copy by
// bench/run, so that a checkout builds and tests without them.
module github.com/pinion-hsm/pinion/bench/peer

go 1.26
