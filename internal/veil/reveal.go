package veil

// RevealAll puts the values in words into values, which is as long.
func RevealAll(values []uint64, words []Word) {
	values = values[:len(words)]
	for i := revealWide(values, words); i < len(words); i++ {
		values[i] = Reveal(words[i])
	}
}
