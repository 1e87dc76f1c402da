package main

// permutation is P of FIPS 46-3: output bit i of the cipher function is bit
// permutation[i] of what the S-boxes make, both from 1.
var permutation = [32]int{
	16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10,
	2, 8, 24, 14, 32, 27, 3, 9, 19, 13, 30, 6, 22, 11, 4, 25,
}

// inputBit returns which bit of the right half, from 0, is input j of S-box n,
// both from 0. It is E of FIPS 46-3.
func inputBit(n, j int) int { return (4*n + j + 31) % 32 }

// outputBit returns which bit of the left half, from 0, takes output j of S-box n,
// both from 0.
func outputBit(n, j int) int {
	for i, from := range permutation {
		if from == 4*n+j+1 {
			return i
		}
	}
	panic("P is a permutation of 32 bits")
}
