#!/bin/sh
# tour.sh [READY-FILE]
# The whole life of a PIN against a running service, with curl: registration, set,
# reveal, verify as an acquirer would ask, a wrong PIN, the block, unblock, change,
# the same over PIN Control, a ticket, the audit log.
#
# READY-FILE is what 'pinion serve --dev --ready-file FILE' wrote. Without it, the
# tour starts a service of its own, and stops it at the end.
#
# Everything here is test data: this is how one types, not how one keeps secrets.
set -eu
cd "$(dirname "$0")/.."
PINION=${PINION:-bin/pinion}
command -v curl >/dev/null || { echo "tour: curl is missing; install it: sudo apt-get install curl" >&2; exit 2; }
[ -x "$PINION" ] || { echo "tour: $PINION is missing; build it: make build" >&2; exit 2; }

work=$(mktemp -d)
server=
cleanup() {
	if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

ready=${1:-}
if [ -z "$ready" ]; then
	ready=$work/ready.json
	"$PINION" serve --dev --listen 127.0.0.1:0 --data "$work/data" --ready-file "$ready" 2>"$work/log" &
	server=$!
	n=0
	until [ -e "$ready" ]; do
		kill -0 "$server" 2>/dev/null || { cat "$work/log" >&2; echo "tour: the service did not start" >&2; exit 1; }
		n=$((n + 1))
		[ $n -le 300 ] || { cat "$work/log" >&2; echo "tour: the service is not ready after 30 s" >&2; exit 1; }
		sleep 0.1
	done
fi

field() { sed -n 's/^ *"'"$1"'": *"\([^"]*\)".*/\1/p' "$2" | head -n 1; }
url=$(field url "$ready")
ca=$(field ca "$ready")
keys=$(field testKeys "$ready")
# curl has the token from a file, so that it is in no process list.
{
	printf 'header = "Authorization: Bearer %s"\n' "$(field token "$ready")"
	[ -z "$ca" ] || printf 'cacert = "%s"\n' "$ca"
} >"$work/curlrc"
chmod 600 "$work/curlrc"

# call WANTED-STATUS METHOD PATH [BODY]: makes the call, shows it, and leaves the
# answer in $work/answer.
call() {
	want=$1 method=$2 path=$3 body=${4:-}
	printf '\n> %s %s %s\n' "$method" "$path" "$body"
	set -- -sS -K "$work/curlrc" -o "$work/answer" -w '%{http_code}' -X "$method" "$url$path"
	if [ "$method" = POST ] || [ "$method" = PUT ]; then set -- "$@" -H 'Content-Type: application/json' --data-binary "$body"; fi
	got=$(curl "$@")
	printf '< %s %s\n' "$got" "$(head -c 600 "$work/answer")"
	[ "$got" = "$want" ] || { echo "tour: expected $want" >&2; exit 1; }
}
answer() { sed -n 's/.*"'"$1"'":"\{0,1\}\([^",}]*\).*/\1/p' "$work/answer"; }
expect() { [ "$1" = "$2" ] || { echo "tour: expected $2, not $1" >&2; exit 1; }; }
say() { printf '\n== %s\n' "$*"; }

# block PIN: the PIN as an ISO-0 block under the zone key, as an acquirer sends it
# in field 52.
zone=$(sed -n 's/^zpk:P0:tdes://p' "$keys")
lab() { "$PINION" lab "$@" --format iso-0 --key "$zone" --pan "$pan" 2>"$work/lab" || { cat "$work/lab" >&2; exit 1; }; }
block() { lab seal --pin "$1"; }
verify() { call "$1" POST "/cards/$token/pin/verify" "{\"pinBlock\":\"$(block "$2")\",\"format\":\"iso-0\",\"key\":\"zpk\"}"; }

# A PAN of its own each time, so that the tour can be made twice.
pan=5432101$(od -An -N4 -tu4 /dev/urandom | tr -d ' ' | awk '{printf "%08d", $1 % 100000000}')1

say "A card is registered; its PIN is drawn at random in the HSM"
call 201 POST /cards "{\"pan\":\"$pan\",\"product\":\"default\",\"description\":\"tour\",\"updatedBy\":\"tour.sh\"}"
token=$(answer publicToken)

say "The PIN is set, and retrieved, as the Cards API has it"
call 204 POST "/cards/$token/pin" '{"pin": 0000}'
call 200 GET "/cards/$token/pin"
expect "$(answer pin)" 0000

say "An acquirer's PIN block is verified"
verify 200 0000
expect "$(answer verified)" true

say "Three wrong PINs block it; then even the right one is refused"
for left in 2 1 0; do
	verify 200 9999
	expect "$(answer remainingTries)" $left
done
verify 403 0000
call 200 GET "/cards/$token/pin/status"
expect "$(answer status)" Blocked

say "Unblocked, all tries are there again"
call 204 POST "/cards/$token/pin/unblock" '{"description":"Unblocking blocked PIN","updatedBy":"John Smith"}'
call 200 GET "/cards/$token/pin/status"
expect "$(answer remainingTries)" 3

say "Changed without a PIN in clear: two blocks under the zone key"
call 204 POST "/cards/$token/pin/change" "{\"current\":{\"pinBlock\":\"$(block 0000)\",\"format\":\"iso-0\",\"key\":\"zpk\"},\"new\":{\"pinBlock\":\"$(block 2468)\",\"format\":\"iso-0\",\"key\":\"zpk\"}}"
verify 200 2468
expect "$(answer verified)" true

say "PIN Control: change, generate and get, and a repeat of a wsid, which is not executed again"
control() { call 200 POST /ws/api/v1/WS_PinControl "{\"wsid\":\"$1\",\"AuthType\":\"1\",\"PublicToken\":\"$token\",\"IssCode\":\"PMT\",\"LocDate\":\"261122\",\"LocTime\":\"0000103015\",$2}"; expect "$(answer ActionCode)" "$3"; }
wsid=$(date +%s)$$
control "${wsid}1" '"Func":"02","CurrentPin":"2468","NewPin":"1357","ConfirmPin":"1357"' 000
control "${wsid}2" '"Func":"03"' 000
drawn=$(answer currentPIN)
control "${wsid}2" '"Func":"03"' 000
verify 200 "$drawn"
expect "$(answer verified)" true
control "${wsid}3" '"Func":"06"' 115

say "A ticket reveals the PIN once, as a block under a key of the caller"
call 201 POST "/cards/$token/pin/tickets" '{"lifetime":60}'
ticket=$(answer ticket)
cp "$work/curlrc" "$work/curlrc.client"
{ printf 'header = "Authorization: Ticket %s"\n' "$ticket"; [ -z "$ca" ] || printf 'cacert = "%s"\n' "$ca"; } >"$work/curlrc"
call 200 POST "/cards/$token/pin/reveal" '{"to":{"key":"zpk","format":"iso-0"}}'
expect "$(lab open --block "$(answer pinBlock)")" "$drawn"
call 403 POST "/cards/$token/pin/reveal" '{"to":{"key":"zpk","format":"iso-0"}}'
mv "$work/curlrc.client" "$work/curlrc"

say "The audit log has all of it, and no PIN"
curl -sS -K "$work/curlrc" -o "$work/audit.ndjson" "$url/audit"
tail -n 3 "$work/audit.ndjson"
"$PINION" audit verify "$work/audit.ndjson"
printf '\nEverything came out as it should.\n'
