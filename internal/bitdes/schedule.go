package bitdes

// The permutations of FIPS 46-3 move wires, so here they cost nothing: they are
// the order in which slices are addressed. A transposed batch has the slices in
// the order of the initial permutation, slots 0 to 31 the left half, 32 to 63 the
// right. Keys are transposed by the same code, and so are in the same order.

// slot returns where bit n of a block or key, 1 to 64 with the most significant
// first, is after the initial permutation.
func slot(n int) int {
	column, row := 7-(n-1)/8, (n-1)%8
	if row%2 == 1 {
		return row/2*8 + column // even bits: the left half
	}
	return 32 + row/2*8 + column
}

// pc1 and pc2 are the permuted choices, and rotations says how far the halves of
// the key turn before each round.
var (
	pc1 = [56]uint8{
		57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18,
		10, 2, 59, 51, 43, 35, 27, 19, 11, 3, 60, 52, 44, 36,
		63, 55, 47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22,
		14, 6, 61, 53, 45, 37, 29, 21, 13, 5, 28, 20, 12, 4,
	}
	pc2 = [48]uint8{
		14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10,
		23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2,
		41, 52, 31, 37, 47, 55, 30, 40, 51, 45, 33, 48,
		44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32,
	}
	rotations = [16]uint8{1, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1}
)

// schedule says for each of the 48 rounds which slots of the key, of 3*64, meet
// the 48 wires into the S-boxes.
type schedule [48][48]uint8

// wideSchedule is the same in bytes from the first slot.
type wideSchedule [48][48]uint16

var (
	encryption, decryption         = schedules()
	wideEncryption, wideDecryption = encryption.wide(), decryption.wide()
)

// schedules returns the schedules of TDES: encipher with the first part of the
// key, decipher with the second, encipher with the third; and all that backwards.
func schedules() (encrypt, decrypt *schedule) {
	encrypt, decrypt = new(schedule), new(schedule)
	turned := 0
	for round, n := range rotations {
		turned += int(n)
		for i, choice := range pc2 {
			half := (int(choice) - 1) / 28 * 28
			bit := slot(int(pc1[half+(int(choice)-1-half+turned)%28]))
			encrypt[round][i] = uint8(bit)
			encrypt[31-round][i] = uint8(64 + bit)
			encrypt[32+round][i] = uint8(128 + bit)
		}
	}
	for round := range encrypt {
		decrypt[47-round] = encrypt[round]
	}
	return encrypt, decrypt
}

func (s *schedule) wide() *wideSchedule {
	w := new(wideSchedule)
	for round := range s {
		for i, bit := range s[round] {
			w[round][i] = uint16(bit) * rowBytes
		}
	}
	return w
}
