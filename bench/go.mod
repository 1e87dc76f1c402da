module github.com/pinion-hsm/pinion/bench

go 1.26.0

replace github.com/pinion-hsm/pinion => ../

require github.com/pinion-hsm/pinion v0.0.0

require (
	golang.org/x/crypto v0.58.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
)
