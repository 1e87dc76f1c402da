// A PKCS#11 library in front of another one, which fails, hangs, lies and writes
// down what crosses, as the test that made it says.
//
// TAMPER_MODULE is the file of the real library, TAMPER_CONTROL a file of the
// struct control below that the test maps too, TAMPER_LOG the file to write to.
// They are read once, at the first C_GetFunctionList.
//
// Functions and structures are those of PKCS#11 v2.40, on systems where they are
// not packed (all but Windows).

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

typedef unsigned char BYTE;
typedef unsigned long UL;
typedef UL RV;

enum { OK = 0, GENERAL_ERROR = 5, ARGUMENTS_BAD = 7, MECHANISM_INVALID = 0x70, SESSION_COUNT = 0xB1 };
enum { CLASS = 0, SENSITIVE = 0x103, EXTRACTABLE = 0x162, PRIVATE_KEY = 3, SECRET_KEY = 4 };
enum { XOR_BASE_AND_DATA = 0x364 };
enum { ARRAY_ATTRIBUTE = 0x40000000, ALLOWED_MECHANISMS = 0x40000600 };

typedef struct { UL type; void *value; UL len; } ATTRIBUTE;
typedef struct { UL type; void *param; UL len; } MECHANISM;
typedef struct { BYTE *data; UL len; } STRING_DATA;

// The functions, in the standard's order. The test reads their numbers here.
#define FUNCTIONS(X) \
	X(C_Initialize) X(C_Finalize) X(C_GetInfo) X(C_GetFunctionList) \
	X(C_GetSlotList) X(C_GetSlotInfo) X(C_GetTokenInfo) X(C_GetMechanismList) X(C_GetMechanismInfo) \
	X(C_InitToken) X(C_InitPIN) X(C_SetPIN) \
	X(C_OpenSession) X(C_CloseSession) X(C_CloseAllSessions) X(C_GetSessionInfo) \
	X(C_GetOperationState) X(C_SetOperationState) X(C_Login) X(C_Logout) \
	X(C_CreateObject) X(C_CopyObject) X(C_DestroyObject) X(C_GetObjectSize) \
	X(C_GetAttributeValue) X(C_SetAttributeValue) \
	X(C_FindObjectsInit) X(C_FindObjects) X(C_FindObjectsFinal) \
	X(C_EncryptInit) X(C_Encrypt) X(C_EncryptUpdate) X(C_EncryptFinal) \
	X(C_DecryptInit) X(C_Decrypt) X(C_DecryptUpdate) X(C_DecryptFinal) \
	X(C_DigestInit) X(C_Digest) X(C_DigestUpdate) X(C_DigestKey) X(C_DigestFinal) \
	X(C_SignInit) X(C_Sign) X(C_SignUpdate) X(C_SignFinal) X(C_SignRecoverInit) X(C_SignRecover) \
	X(C_VerifyInit) X(C_Verify) X(C_VerifyUpdate) X(C_VerifyFinal) X(C_VerifyRecoverInit) X(C_VerifyRecover) \
	X(C_DigestEncryptUpdate) X(C_DecryptDigestUpdate) X(C_SignEncryptUpdate) X(C_DecryptVerifyUpdate) \
	X(C_GenerateKey) X(C_GenerateKeyPair) X(C_WrapKey) X(C_UnwrapKey) X(C_DeriveKey) \
	X(C_SeedRandom) X(C_GenerateRandom) X(C_GetFunctionStatus) X(C_CancelFunction) X(C_WaitForSlotEvent)

#define NUMBER(fn) i_##fn,
#define NAME(fn) #fn,
enum { FUNCTIONS(NUMBER) COUNT };
static const char *const names[] = { FUNCTIONS(NAME) };
_Static_assert(COUNT == 68, "PKCS#11 v2.40 has 68 functions");

typedef void (*FUNCTION)(void);
typedef struct { BYTE major, minor; FUNCTION f[COUNT]; } LIST;

// What the test and this library share. All of it is read and written atomically.
enum { HIDDEN = 32, HIDE_USE = 1, HIDE_INFO = 2 };
struct control {
	uint64_t quiet;        // do not write the log
	uint64_t max_sessions; // plus one; 0: no limit
	uint64_t sessions;     // open now
	uint64_t created, destroyed;
	uint64_t readable; // make keys that can be read
	uint64_t turns; // one call at a time in the real library
	uint64_t spare;
	uint64_t hidden[HIDDEN]; // mechanism << 2 | HIDE_USE | HIDE_INFO; 0: none
	struct {
		uint64_t calls;
		uint64_t from, to, rv; // calls from..to-1, counted from 0, return rv
		uint64_t hang;         // block while it has this value; 0: do not
		uint64_t delay;        // ns
		uint64_t corrupt;
		uint64_t hanging; // now
	} f[COUNT];
};

static pthread_mutex_t loading = PTHREAD_MUTEX_INITIALIZER, turns = PTHREAD_MUTEX_INITIALIZER;
static struct control *control;
static LIST *real;
static LIST list;
static int log_fd = -1;
static uint64_t mine; // sessions of this process

#define get(x) __atomic_load_n(&(x), __ATOMIC_SEQ_CST)
#define add(x, n) __atomic_fetch_add(&(x), (uint64_t)(n), __ATOMIC_SEQ_CST)
#define sub(x, n) __atomic_fetch_sub(&(x), (uint64_t)(n), __ATOMIC_SEQ_CST)

// REAL is the real library's function of a type.
#define REAL(fn, ...) ((RV (*)(__VA_ARGS__))real->f[i_##fn])
// ENTER counts the call, delays it, and returns if it is to fail. It waits for its
// turn, if there are turns, until the end of the function.
#define ENTER(fn) \
	RV answer; \
	if (refused(i_##fn, &answer)) \
		return answer; \
	__attribute__((cleanup(leave), unused)) int turn = enter(i_##fn)

static void nap(uint64_t ns) {
	struct timespec t = { (time_t)(ns / 1000000000), (long)(ns % 1000000000) };
	while (nanosleep(&t, &t) != 0 && errno == EINTR) {
	}
}

static int refused(int f, RV *rv) {
	uint64_t n = add(control->f[f].calls, 1);
	uint64_t delay = get(control->f[f].delay);
	if (delay)
		nap(delay);
	uint64_t hang = get(control->f[f].hang);
	if (hang) {
		add(control->f[f].hanging, 1);
		while (get(control->f[f].hang) == hang)
			nap(500000);
		sub(control->f[f].hanging, 1);
	}
	if (n < get(control->f[f].from) || n >= get(control->f[f].to))
		return 0;
	*rv = (RV)get(control->f[f].rv);
	return 1;
}

static int enter(int f) {
	if (!get(control->turns) || f == i_C_WaitForSlotEvent) // which waits for ever
		return 0;
	pthread_mutex_lock(&turns);
	return 1;
}

static void leave(int *turn) {
	if (*turn)
		pthread_mutex_unlock(&turns);
}

// ---- the log: one line per buffer, "function what hexadecimal"

static void record(int f, const char *what, UL type, const void *data, UL n) {
	static const char digits[] = "0123456789abcdef";
	if (log_fd < 0 || get(control->quiet) || !data || n == 0 || n == (UL)-1)
		return;
	char head[128];
	size_t h = (size_t)snprintf(head, sizeof head, type == (UL)-1 ? "%s %s " : "%s %s:0x%lx ", names[f], what, type);
	char *line = malloc(h + 2 * n + 1);
	if (!line)
		abort(); // a log with holes proves nothing
	memcpy(line, head, h);
	char *p = line + h;
	for (UL i = 0; i < n; i++) {
		*p++ = digits[((const BYTE *)data)[i] >> 4];
		*p++ = digits[((const BYTE *)data)[i] & 15];
	}
	*p++ = '\n';
	size_t all = (size_t)(p - line);
	if (write(log_fd, line, all) != (ssize_t)all) // one write, so that lines do not mix
		abort();
	free(line);
}

static void bytes(int f, const char *what, const void *data, UL n) { record(f, what, (UL)-1, data, n); }

static void attributes(int f, const char *what, const ATTRIBUTE *t, UL n) {
	for (UL i = 0; t && i < n; i++) {
		if ((t[i].type & ARRAY_ATTRIBUTE) && t[i].type != ALLOWED_MECHANISMS && t[i].len != (UL)-1)
			attributes(f, what, t[i].value, t[i].len / sizeof *t);
		else
			record(f, what, t[i].type, t[i].value, t[i].len);
	}
}

static int has_string_data(UL mechanism) {
	switch (mechanism) {
	case 0x362: case 0x363: case XOR_BASE_AND_DATA: // CONCATENATE_BASE_AND_DATA, _DATA_AND_BASE
	case 0x1100: case 0x1102: case 0x1104:          // DES_, DES3_, AES_ECB_ENCRYPT_DATA
		return 1;
	}
	return 0;
}

// has_iv: the parameter is an IV of up to 16 bytes, and no structure.
static int has_iv(UL mechanism) {
	switch (mechanism) {
	case 0x122: case 0x125: case 0x133: case 0x136: case 0x1082: case 0x1085: // CBC, CBC_PAD of DES, DES3, AES
		return 1;
	}
	return 0;
}

// mechanism records a parameter, with what its pointers point at. Where that is
// not known it is "opaque": a test that must see all looks for the word.
static void mechanism(int f, const MECHANISM *m) {
	if (!m || !m->param)
		return;
	UL iv = m->type == 0x1105 ? 16 : m->type == 0x1101 || m->type == 0x1103 ? 8 : 0; // CBC_ENCRYPT_DATA
	if (has_string_data(m->type) && m->len == sizeof(STRING_DATA)) {
		const STRING_DATA *d = m->param;
		record(f, "parameter", m->type, d->data, d->len);
	} else if (iv && m->len == iv + sizeof(STRING_DATA)) {
		STRING_DATA d;
		memcpy(&d, (BYTE *)m->param + iv, sizeof d);
		record(f, "parameter", m->type, m->param, iv);
		record(f, "parameter", m->type, d.data, d.len);
	} else {
		int flat = m->len < sizeof(STRING_DATA) || has_iv(m->type);
		record(f, flat ? "parameter" : "opaque", m->type, m->param, m->len);
	}
}

// ---- the lies

static int hidden(UL mechanism, uint64_t from) {
	for (int i = 0; i < HIDDEN; i++) {
		uint64_t h = get(control->hidden[i]);
		if ((h & from) && h >> 2 == mechanism)
			return 1;
	}
	return 0;
}

#define USABLE(m) do { if ((m) && hidden((m)->type, HIDE_USE)) return MECHANISM_INVALID; } while (0)

// output records what the real library answered, and then may spoil it.
static RV output(int f, RV rv, BYTE *out, const UL *len) {
	if (rv == OK && out && len && *len > 0) {
		bytes(f, "out", out, *len);
		if (get(control->f[f].corrupt))
			out[*len / 2] ^= 0x10;
	}
	return rv;
}

// made counts new objects.
static RV made(RV rv, int n) {
	if (rv == OK)
		add(control->created, n);
	return rv;
}

// readable returns the template of a key, or a copy of it (to be freed) that makes
// the key readable. *n is its length.
static ATTRIBUTE *readable(ATTRIBUTE *t, UL *n, int key, ATTRIBUTE **copy) {
	static BYTE no = 0, yes = 1;
	*copy = NULL;
	if (!get(control->readable))
		return t;
	for (UL i = 0; i < *n; i++) {
		UL class;
		if (t[i].type != CLASS || !t[i].value || t[i].len != sizeof class)
			continue;
		memcpy(&class, t[i].value, sizeof class);
		key = class == SECRET_KEY || class == PRIVATE_KEY;
	}
	if (!key)
		return t;
	*copy = malloc((*n + 2) * sizeof *t);
	if (!*copy)
		abort();
	UL m = 0;
	for (UL i = 0; i < *n; i++)
		if (t[i].type != SENSITIVE && t[i].type != EXTRACTABLE)
			(*copy)[m++] = t[i];
	(*copy)[m++] = (ATTRIBUTE){ SENSITIVE, &no, 1 };
	(*copy)[m++] = (ATTRIBUTE){ EXTRACTABLE, &yes, 1 };
	*n = m;
	return *copy;
}

// ---- the functions, by their shape

#define NO_BUFFERS(fn, types, params, args) \
	static RV fn params { ENTER(fn); return REAL(fn, types) args; }
#define TYPES(...) __VA_ARGS__
#define MECHANISM_KEY(fn) \
	static RV fn(UL s, MECHANISM *m, UL key) { \
		mechanism(i_##fn, m); \
		ENTER(fn); \
		USABLE(m); \
		return REAL(fn, UL, MECHANISM *, UL)(s, m, key); \
	}
#define IN_OUT(fn) \
	static RV fn(UL s, BYTE *in, UL n, BYTE *out, UL *len) { \
		bytes(i_##fn, "in", in, n); \
		ENTER(fn); \
		return output(i_##fn, REAL(fn, UL, BYTE *, UL, BYTE *, UL *)(s, in, n, out, len), out, len); \
	}
#define OUT(fn) \
	static RV fn(UL s, BYTE *out, UL *len) { \
		ENTER(fn); \
		return output(i_##fn, REAL(fn, UL, BYTE *, UL *)(s, out, len), out, len); \
	}
#define IN(fn) \
	static RV fn(UL s, BYTE *in, UL n) { \
		bytes(i_##fn, "in", in, n); \
		ENTER(fn); \
		return REAL(fn, UL, BYTE *, UL)(s, in, n); \
	}

NO_BUFFERS(C_GetInfo, void *, (void *info), (info))
NO_BUFFERS(C_GetSlotList, TYPES(BYTE, UL *, UL *), (BYTE present, UL *slots, UL *n), (present, slots, n))
NO_BUFFERS(C_GetSlotInfo, TYPES(UL, void *), (UL slot, void *info), (slot, info))
NO_BUFFERS(C_GetTokenInfo, TYPES(UL, void *), (UL slot, void *info), (slot, info))
NO_BUFFERS(C_GetSessionInfo, TYPES(UL, void *), (UL s, void *info), (s, info))
NO_BUFFERS(C_Logout, UL, (UL s), (s))
NO_BUFFERS(C_GetObjectSize, TYPES(UL, UL, UL *), (UL s, UL h, UL *n), (s, h, n))
NO_BUFFERS(C_FindObjects, TYPES(UL, UL *, UL, UL *), (UL s, UL *h, UL max, UL *n), (s, h, max, n))
NO_BUFFERS(C_FindObjectsFinal, UL, (UL s), (s))
NO_BUFFERS(C_DigestKey, TYPES(UL, UL), (UL s, UL key), (s, key))
NO_BUFFERS(C_GetFunctionStatus, UL, (UL s), (s))
NO_BUFFERS(C_CancelFunction, UL, (UL s), (s))
NO_BUFFERS(C_WaitForSlotEvent, TYPES(UL, UL *, void *), (UL flags, UL *slot, void *reserved), (flags, slot, reserved))

MECHANISM_KEY(C_EncryptInit) IN_OUT(C_Encrypt) IN_OUT(C_EncryptUpdate) OUT(C_EncryptFinal)
MECHANISM_KEY(C_DecryptInit) IN_OUT(C_Decrypt) IN_OUT(C_DecryptUpdate) OUT(C_DecryptFinal)
IN_OUT(C_Digest) IN(C_DigestUpdate) OUT(C_DigestFinal)
MECHANISM_KEY(C_SignInit) IN_OUT(C_Sign) IN(C_SignUpdate) OUT(C_SignFinal)
MECHANISM_KEY(C_SignRecoverInit) IN_OUT(C_SignRecover)
MECHANISM_KEY(C_VerifyInit) IN(C_VerifyUpdate) IN(C_VerifyFinal)
MECHANISM_KEY(C_VerifyRecoverInit) IN_OUT(C_VerifyRecover)
IN_OUT(C_DigestEncryptUpdate) IN_OUT(C_DecryptDigestUpdate) IN_OUT(C_SignEncryptUpdate) IN_OUT(C_DecryptVerifyUpdate)
OUT(C_GetOperationState) IN(C_SeedRandom) IN(C_InitPIN)

static RV C_DigestInit(UL s, MECHANISM *m) {
	mechanism(i_C_DigestInit, m);
	ENTER(C_DigestInit);
	USABLE(m);
	return REAL(C_DigestInit, UL, MECHANISM *)(s, m);
}

static RV C_Verify(UL s, BYTE *in, UL n, BYTE *mac, UL len) {
	bytes(i_C_Verify, "in", in, n);
	bytes(i_C_Verify, "in", mac, len);
	ENTER(C_Verify);
	return REAL(C_Verify, UL, BYTE *, UL, BYTE *, UL)(s, in, n, mac, len);
}

static RV C_GenerateRandom(UL s, BYTE *out, UL n) {
	ENTER(C_GenerateRandom);
	return output(i_C_GenerateRandom, REAL(C_GenerateRandom, UL, BYTE *, UL)(s, out, n), out, &n);
}

static RV C_SetOperationState(UL s, BYTE *in, UL n, UL key, UL auth) {
	bytes(i_C_SetOperationState, "in", in, n);
	ENTER(C_SetOperationState);
	return REAL(C_SetOperationState, UL, BYTE *, UL, UL, UL)(s, in, n, key, auth);
}

// ---- library, mechanisms, token

static RV C_Initialize(void *args) {
	ENTER(C_Initialize);
	return REAL(C_Initialize, void *)(args);
}

// all_closed counts out the sessions of this process. It takes them for those of
// one token.
static RV all_closed(RV rv) {
	if (rv == OK)
		sub(control->sessions, __atomic_exchange_n(&mine, 0, __ATOMIC_SEQ_CST));
	return rv;
}

static RV C_Finalize(void *args) {
	ENTER(C_Finalize);
	return all_closed(REAL(C_Finalize, void *)(args));
}

static RV C_GetMechanismList(UL slot, UL *mechanisms, UL *n) {
	ENTER(C_GetMechanismList);
	RV rv = REAL(C_GetMechanismList, UL, UL *, UL *)(slot, mechanisms, n);
	if (rv != OK || !mechanisms)
		return rv; // the number alone: no fewer than the list will have
	UL kept = 0;
	for (UL i = 0; i < *n; i++)
		if (!hidden(mechanisms[i], HIDE_INFO))
			mechanisms[kept++] = mechanisms[i];
	*n = kept;
	return rv;
}

static RV C_GetMechanismInfo(UL slot, UL type, void *info) {
	ENTER(C_GetMechanismInfo);
	if (hidden(type, HIDE_INFO))
		return MECHANISM_INVALID;
	return REAL(C_GetMechanismInfo, UL, UL, void *)(slot, type, info);
}

static RV C_InitToken(UL slot, BYTE *pin, UL n, BYTE *label) {
	bytes(i_C_InitToken, "credential", pin, n);
	bytes(i_C_InitToken, "label", label, 32);
	ENTER(C_InitToken);
	return REAL(C_InitToken, UL, BYTE *, UL, BYTE *)(slot, pin, n, label);
}

static RV C_SetPIN(UL s, BYTE *old, UL n, BYTE *new, UL len) {
	bytes(i_C_SetPIN, "credential", old, n);
	bytes(i_C_SetPIN, "credential", new, len);
	ENTER(C_SetPIN);
	return REAL(C_SetPIN, UL, BYTE *, UL, BYTE *, UL)(s, old, n, new, len);
}

static RV C_Login(UL s, UL user, BYTE *pin, UL n) {
	bytes(i_C_Login, "credential", pin, n);
	ENTER(C_Login);
	return REAL(C_Login, UL, UL, BYTE *, UL)(s, user, pin, n);
}

// ---- sessions

static RV C_OpenSession(UL slot, UL flags, void *app, FUNCTION notify, UL *s) {
	ENTER(C_OpenSession);
	uint64_t max = get(control->max_sessions);
	RV rv = SESSION_COUNT;
	if (add(control->sessions, 1) < max - 1 || max == 0)
		rv = REAL(C_OpenSession, UL, UL, void *, FUNCTION, UL *)(slot, flags, app, notify, s);
	if (rv == OK)
		add(mine, 1);
	else
		sub(control->sessions, 1);
	return rv;
}

static RV C_CloseSession(UL s) {
	ENTER(C_CloseSession);
	RV rv = REAL(C_CloseSession, UL)(s);
	if (rv == OK) {
		sub(mine, 1);
		sub(control->sessions, 1);
	}
	return rv;
}

static RV C_CloseAllSessions(UL slot) {
	ENTER(C_CloseAllSessions);
	return all_closed(REAL(C_CloseAllSessions, UL)(slot));
}

// ---- objects

static RV C_CreateObject(UL s, ATTRIBUTE *t, UL n, UL *h) {
	attributes(i_C_CreateObject, "attribute-in", t, n);
	ENTER(C_CreateObject);
	ATTRIBUTE *copy, *use = readable(t, &n, 0, &copy);
	RV rv = REAL(C_CreateObject, UL, ATTRIBUTE *, UL, UL *)(s, use, n, h);
	free(copy);
	return made(rv, 1);
}

static RV C_CopyObject(UL s, UL from, ATTRIBUTE *t, UL n, UL *h) {
	attributes(i_C_CopyObject, "attribute-in", t, n);
	ENTER(C_CopyObject);
	return made(REAL(C_CopyObject, UL, UL, ATTRIBUTE *, UL, UL *)(s, from, t, n, h), 1);
}

static RV C_DestroyObject(UL s, UL h) {
	ENTER(C_DestroyObject);
	RV rv = REAL(C_DestroyObject, UL, UL)(s, h);
	if (rv == OK)
		add(control->destroyed, 1);
	return rv;
}

static RV C_GetAttributeValue(UL s, UL h, ATTRIBUTE *t, UL n) {
	ENTER(C_GetAttributeValue);
	RV rv = REAL(C_GetAttributeValue, UL, UL, ATTRIBUTE *, UL)(s, h, t, n);
	if (rv == OK || rv == 0x11 || rv == 0x12) // some are sensitive or unknown; the others are there
		attributes(i_C_GetAttributeValue, "attribute-out", t, n);
	return rv;
}

static RV C_SetAttributeValue(UL s, UL h, ATTRIBUTE *t, UL n) {
	attributes(i_C_SetAttributeValue, "attribute-in", t, n);
	ENTER(C_SetAttributeValue);
	return REAL(C_SetAttributeValue, UL, UL, ATTRIBUTE *, UL)(s, h, t, n);
}

static RV C_FindObjectsInit(UL s, ATTRIBUTE *t, UL n) {
	attributes(i_C_FindObjectsInit, "attribute-in", t, n);
	ENTER(C_FindObjectsInit);
	return REAL(C_FindObjectsInit, UL, ATTRIBUTE *, UL)(s, t, n);
}

// ---- keys

static RV C_GenerateKey(UL s, MECHANISM *m, ATTRIBUTE *t, UL n, UL *h) {
	mechanism(i_C_GenerateKey, m);
	attributes(i_C_GenerateKey, "attribute-in", t, n);
	ENTER(C_GenerateKey);
	USABLE(m);
	ATTRIBUTE *copy, *use = readable(t, &n, 1, &copy);
	RV rv = REAL(C_GenerateKey, UL, MECHANISM *, ATTRIBUTE *, UL, UL *)(s, m, use, n, h);
	free(copy);
	return made(rv, 1);
}

static RV C_GenerateKeyPair(UL s, MECHANISM *m, ATTRIBUTE *pub, UL n, ATTRIBUTE *priv, UL k, UL *h, UL *g) {
	mechanism(i_C_GenerateKeyPair, m);
	attributes(i_C_GenerateKeyPair, "attribute-in", pub, n);
	attributes(i_C_GenerateKeyPair, "attribute-in", priv, k);
	ENTER(C_GenerateKeyPair);
	USABLE(m);
	return made(REAL(C_GenerateKeyPair, UL, MECHANISM *, ATTRIBUTE *, UL, ATTRIBUTE *, UL, UL *, UL *)(s, m, pub, n, priv, k, h, g), 2);
}

static RV C_WrapKey(UL s, MECHANISM *m, UL by, UL key, BYTE *out, UL *len) {
	mechanism(i_C_WrapKey, m);
	ENTER(C_WrapKey);
	USABLE(m);
	return output(i_C_WrapKey, REAL(C_WrapKey, UL, MECHANISM *, UL, UL, BYTE *, UL *)(s, m, by, key, out, len), out, len);
}

static RV C_UnwrapKey(UL s, MECHANISM *m, UL by, BYTE *in, UL len, ATTRIBUTE *t, UL n, UL *h) {
	mechanism(i_C_UnwrapKey, m);
	bytes(i_C_UnwrapKey, "in", in, len);
	attributes(i_C_UnwrapKey, "attribute-in", t, n);
	ENTER(C_UnwrapKey);
	USABLE(m);
	ATTRIBUTE *copy, *use = readable(t, &n, 1, &copy);
	RV rv = REAL(C_UnwrapKey, UL, MECHANISM *, UL, BYTE *, UL, ATTRIBUTE *, UL, UL *)(s, m, by, in, len, use, n, h);
	free(copy);
	return made(rv, 1);
}

static RV C_DeriveKey(UL s, MECHANISM *m, UL base, ATTRIBUTE *t, UL n, UL *h) {
	mechanism(i_C_DeriveKey, m);
	attributes(i_C_DeriveKey, "attribute-in", t, n);
	ENTER(C_DeriveKey);
	USABLE(m);
	MECHANISM spoilt;
	STRING_DATA d = { NULL, 0 };
	if (m && m->type == XOR_BASE_AND_DATA && m->param && m->len == sizeof d && get(control->f[i_C_DeriveKey].corrupt)) {
		const STRING_DATA *from = m->param;
		d.len = from->len;
		d.data = malloc(d.len + 1);
		if (!d.data)
			abort();
		memcpy(d.data, from->data, d.len);
		d.data[d.len / 2] ^= 0x10;
		spoilt = (MECHANISM){ m->type, &d, sizeof d };
		m = &spoilt;
	}
	ATTRIBUTE *copy, *use = readable(t, &n, 1, &copy);
	RV rv = REAL(C_DeriveKey, UL, MECHANISM *, UL, ATTRIBUTE *, UL, UL *)(s, m, base, use, n, h);
	free(copy);
	free(d.data);
	return made(rv, 1);
}

// ---- loading

static void *map(const char *path) {
	int fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	void *p = mmap(NULL, sizeof(struct control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	return p == MAP_FAILED ? NULL : p;
}

__attribute__((visibility("default"))) RV C_GetFunctionList(LIST **out);

// load finds the real library. It is never let go: there may be a call in it that
// hangs.
static RV load(void) {
	const char *module = getenv("TAMPER_MODULE"), *file = getenv("TAMPER_CONTROL"), *log = getenv("TAMPER_LOG");
	if (!module || !file || !log)
		return ARGUMENTS_BAD;
	struct control *c = map(file);
	void *lib = dlopen(module, RTLD_NOW | RTLD_LOCAL);
	if (!c || !lib) {
		fprintf(stderr, "tamper: %s\n", lib ? file : dlerror());
		return GENERAL_ERROR;
	}
	RV (*get_list)(LIST **) = (RV (*)(LIST **))dlsym(lib, "C_GetFunctionList");
	LIST *l = NULL;
	if (!get_list || get_list(&l) != OK || !l)
		return GENERAL_ERROR;
	log_fd = open(log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	if (log_fd < 0)
		return GENERAL_ERROR;
#define ENTRY(fn) list.f[i_##fn] = (FUNCTION)fn;
	FUNCTIONS(ENTRY)
	list.major = 2; // what follows the 68 functions in a list of 3.0 is not here
	list.minor = 40;
	control = c;
	real = l;
	return OK;
}

static RV broken(void) { return GENERAL_ERROR; }

RV C_GetFunctionList(LIST **out) {
	static LIST none;
	if (!out)
		return ARGUMENTS_BAD;
	pthread_mutex_lock(&loading);
	RV rv = real ? OK : load();
	for (int i = 0; i < COUNT; i++) // for callers who do not look at the answer
		none.f[i] = (FUNCTION)broken;
	pthread_mutex_unlock(&loading);
	*out = rv == OK ? &list : &none;
	if (rv == OK)
		add(control->f[i_C_GetFunctionList].calls, 1);
	return rv;
}
