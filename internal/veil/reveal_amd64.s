//go:build amd64 && !purego

#include "textflag.h"

// func reveal512(values *uint64, words *Word, eights int, a, b, k uint64)
TEXT ·reveal512(SB), NOSPLIT, $0-48
	MOVQ         values+0(FP), DI
	MOVQ         words+8(FP), SI
	MOVQ         eights+16(FP), CX
	VPBROADCASTQ a+24(FP), Z0
	VPBROADCASTQ b+32(FP), Z1
	VPBROADCASTQ k+40(FP), Z2

loop:
	VPMULLQ   (SI), Z0, Z3
	VPSRLQ    $32, Z3, Z4
	VPXORQ    Z4, Z3, Z3
	VPMULLQ   Z3, Z1, Z3
	VPXORQ    Z2, Z3, Z3
	VMOVDQU64 Z3, (DI)
	ADDQ      $64, SI
	ADDQ      $64, DI
	DECQ      CX
	JNZ       loop

	VPXORQ Z3, Z3, Z3
	VPXORQ Z4, Z4, Z4
	VZEROUPPER
	RET
