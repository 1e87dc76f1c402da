//go:build amd64 && !purego

#include "textflag.h"

// The bytes of eight words the other way round.
DATA swap<>+0(SB)/8, $0x0001020304050607
DATA swap<>+8(SB)/8, $0x08090a0b0c0d0e0f
GLOBL swap<>(SB), RODATA|NOPTR, $16

// Of sixteen words those with an even number.
DATA even<>+0(SB)/8, $0
DATA even<>+8(SB)/8, $2
DATA even<>+16(SB)/8, $4
DATA even<>+24(SB)/8, $6
DATA even<>+32(SB)/8, $8
DATA even<>+40(SB)/8, $10
DATA even<>+48(SB)/8, $12
DATA even<>+56(SB)/8, $14
GLOBL even<>(SB), RODATA|NOPTR, $64

DATA words<>+0(SB)/8, $1
DATA words<>+8(SB)/8, $8
DATA words<>+16(SB)/8, $0x8888888888888888
GLOBL words<>(SB), RODATA|NOPTR, $24

// func look256(r *Rules, fields *byte, accounts *uint64, fours int) (short, bad uint64)
//
// It is the function look of isofield.go: one loop for the accounts, one for the fields.
TEXT ·look256(SB), NOSPLIT, $0-48
	MOVQ r+0(FP), AX
	MOVQ accounts+16(FP), DI
	MOVQ fours+24(FP), CX

	VPBROADCASTQ 56(AX), Y0 // Digits
	VPBROADCASTQ 64(AX), Y1 // Most
	VPXOR        Y2, Y2, Y2 // short

shorts:
	VMOVDQU     (DI), Y3
	VPUNPCKLQDQ 32(DI), Y3, Y3 // the first words, in some order
	VPSRLQ      $12, Y3, Y3    // digits
	VPSUBQ      Y0, Y3, Y4
	VPSUBQ      Y3, Y1, Y3
	VPOR        Y4, Y3, Y3
	VPOR        Y3, Y2, Y2
	ADDQ        $64, DI
	DECQ        CX
	JNZ         shorts

	VPSRLQ $63, Y2, Y2
	XORL   DX, DX
	VPTEST Y2, Y2
	SETNE  DX
	MOVQ   DX, short+32(FP)

	MOVQ fields+8(FP), SI
	MOVQ accounts+16(FP), DI
	MOVQ fours+24(FP), CX

	VPBROADCASTQ   (AX), Y0            // Control
	VPBROADCASTQ   8(AX), Y1           // Shortest
	VPBROADCASTQ   16(AX), Y2          // Longest
	VPBROADCASTQ   24(AX), Y3          // Fixed
	VPBROADCASTQ   32(AX), Y4          // IsFixed
	VPBROADCASTQ   40(AX), Y5          // IsAF
	VPBROADCASTQ   48(AX), Y6          // Account
	VBROADCASTI128 swap<>(SB), Y7
	VPBROADCASTQ   words<>+8(SB), Y8   // 8
	VPBROADCASTQ   words<>+16(SB), Y9  // nibble
	VPCMPEQQ       Y10, Y10, Y10
	VPXOR          Y11, Y11, Y11       // bad

bads:
	VMOVDQU     (SI), Y12
	VPSHUFB     Y7, Y12, Y12
	VMOVDQU     (DI), Y13
	VPUNPCKHQDQ 32(DI), Y13, Y13
	VPERMQ      $0xD8, Y13, Y13   // the second words, in order
	VPSRLQ      $4, Y13, Y13
	VPAND       Y6, Y13, Y13
	VPXOR       Y13, Y12, Y12     // w
	VPSRLQ      $56, Y12, Y13
	VPXOR       Y0, Y13, Y13      // n
	VPSLLQ      $2, Y13, Y14
	VPADDQ      Y8, Y14, Y14
	VPSRLVQ     Y14, Y10, Y14     // rest

	VPSUBQ Y1, Y13, Y15
	VPSUBQ Y13, Y2, Y13
	VPOR   Y13, Y15, Y15
	VPSRLQ $63, Y15, Y15
	VPOR   Y15, Y11, Y11

	VPADDQ Y12, Y12, Y13
	VPSLLQ $2, Y12, Y15
	VPOR   Y15, Y13, Y13
	VPAND  Y12, Y13, Y13
	VPAND  Y9, Y13, Y13  // ten
	VPANDN Y13, Y14, Y15
	VPSLLQ $8, Y15, Y15
	VPOR   Y15, Y11, Y11

	VPXOR Y9, Y13, Y13
	VPAND Y5, Y13, Y13
	VPXOR Y3, Y12, Y12
	VPAND Y4, Y12, Y12
	VPOR  Y13, Y12, Y12
	VPAND Y14, Y12, Y12 // fill
	VPOR  Y12, Y11, Y11

	ADDQ $32, SI
	ADDQ $64, DI
	DECQ CX
	JNZ  bads

	XORL   DX, DX
	VPTEST Y11, Y11
	SETNE  DX
	MOVQ   DX, bad+40(FP)
	VZEROUPPER
	RET

// func look512(r *Rules, fields *byte, accounts *uint64, eights int) (short, bad uint64)
//
// It is the function look of isofield.go, line by line. VPTERNLOGQ is any function of
// three bits, of which its number is the table: 0xA8 (a|b)&c, 0x28 (a^b)&c,
// 0x78 a^b&c, 0xFE a|b|c, where a is the last operand.
TEXT ·look512(SB), NOSPLIT, $0-48
	MOVQ r+0(FP), AX
	MOVQ fields+8(FP), SI
	MOVQ accounts+16(FP), DI
	MOVQ eights+24(FP), CX

	VPBROADCASTQ   0(AX), Z16          // Control
	VPBROADCASTQ   8(AX), Z17          // Shortest
	VPBROADCASTQ   16(AX), Z26         // Longest
	VPBROADCASTQ   24(AX), Z18         // Fixed
	VPBROADCASTQ   32(AX), Z19         // IsFixed
	VPBROADCASTQ   40(AX), Z20         // IsAF
	VPBROADCASTQ   48(AX), Z21         // Account
	VPBROADCASTQ   56(AX), Z22         // Digits
	VPBROADCASTQ   64(AX), Z23         // Most
	VBROADCASTI32X4 swap<>(SB), Z24
	VMOVDQU64      even<>(SB), Z25
	VPBROADCASTQ   words<>+0(SB), Z27
	VPADDQ         Z27, Z25, Z27       // odd
	VPBROADCASTQ   words<>+8(SB), Z28  // 8
	VPBROADCASTQ   words<>+16(SB), Z29 // nibble
	VPTERNLOGQ     $0xFF, Z30, Z30, Z30
	VPXORQ         Z0, Z0, Z0          // short
	VPXORQ         Z1, Z1, Z1          // bad

loop:
	VMOVDQU64  (SI), Z2
	VPSHUFB    Z24, Z2, Z2       // field
	VMOVDQU64  (DI), Z3
	VMOVDQU64  64(DI), Z4
	VMOVDQA64  Z3, Z5
	VPERMT2Q   Z4, Z25, Z5       // first
	VPERMT2Q   Z4, Z27, Z3       // second

	VPSRLQ     $12, Z5, Z5       // digits
	VPSUBQ     Z22, Z5, Z6
	VPSUBQ     Z5, Z23, Z5
	VPTERNLOGQ $0xFE, Z6, Z5, Z0

	VPSRLQ     $4, Z3, Z3
	VPTERNLOGQ $0x78, Z21, Z3, Z2 // w
	VPSRLQ     $56, Z2, Z4
	VPXORQ     Z16, Z4, Z4       // n
	VPSLLQ     $2, Z4, Z5
	VPADDQ     Z28, Z5, Z5
	VPSRLVQ    Z5, Z30, Z5       // rest
	VPSUBQ     Z17, Z4, Z8
	VPSUBQ     Z4, Z26, Z4
	VPORQ      Z8, Z4, Z4
	VPSRLQ     $63, Z4, Z4       // length

	VPADDQ     Z2, Z2, Z6
	VPSLLQ     $2, Z2, Z7
	VPTERNLOGQ $0xA8, Z2, Z7, Z6
	VPANDQ     Z29, Z6, Z6       // ten
	VMOVDQA64  Z6, Z7
	VPTERNLOGQ $0x28, Z20, Z29, Z7
	VPTERNLOGQ $0x28, Z19, Z18, Z2
	VPTERNLOGQ $0xA8, Z5, Z7, Z2 // fill
	VPANDNQ    Z6, Z5, Z6
	VPSLLQ     $8, Z6, Z6
	VPTERNLOGQ $0xFE, Z6, Z4, Z1
	VPORQ      Z2, Z1, Z1

	ADDQ $64, SI
	ADDQ $128, DI
	DECQ CX
	JNZ  loop

	VPSRLQ   $63, Z0, Z0
	VPTESTMQ Z0, Z0, K1
	KMOVW    K1, AX
	MOVQ     AX, short+32(FP)
	VPTESTMQ Z1, Z1, K1
	KMOVW    K1, AX
	MOVQ     AX, bad+40(FP)
	VZEROUPPER
	RET
