//go:build !amd64 || purego

package bitdes

// widest is the widest engine that this machine has.
const widest = pureGo

// fit is the engine, not wider than e, for n blocks.
func (e engine) fit(int) engine { return pureGo }

func (e engine) crypt(s *scratch, dst, src []byte, k *keyTable, d direction) {
	cryptNarrow(s, dst, src, k, d)
}

func (e engine) slice(k *keyTable, part int, keys *[batchBytes]byte) { sliceNarrow(k, part, keys) }

func (e engine) third(k *keyTable) { thirdNarrow(k) }
