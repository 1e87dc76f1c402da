// This module's other requirement, the peer, is added in a copy by bench/run,
// so that a checkout builds and tests without it.
module github.com/pinion-hsm/pinion/bench/peer

go 1.26
