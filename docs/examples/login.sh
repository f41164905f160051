#!/usr/bin/env bash
# Logs in with nothing but openssl, curl, base64 and jq: asks for a challenge, signs it
# with an enrolled key, and keeps the session's cookie. Whoever asks with the cookie reads
# what the key's holder may read.
#
#   docs/examples/login.sh KEY.pem JAR
#   curl -b JAR "$SERVER/api/v1/units"
#
# SERVER is where the ledger answers (default http://127.0.0.1:8420). The session ends
# after thirty minutes of rest, after eight hours, or with
#
#   curl -b JAR -X DELETE "$SERVER/api/v1/session"
set -euo pipefail

key=${1:?a private key, PEM} jar=${2:?a file for the cookie}
server=${SERVER:-http://127.0.0.1:8420}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
umask 077 # whoever reads the cookie reads as you

# The host is what this side asked for, and not what the server says of itself: a
# challenge that another server passes on would be signed for that other one.
host=${server#*://} host=${host%%/*}
curl -sS --fail-with-body "$server/api/v1/session/challenge" >"$work/challenge"
jq -jc --arg host "$host" '{login: .login, host: $host, challenge: .challenge}' "$work/challenge" >"$work/payload"

# What is signed is "DSSEv1", the payload's type and the payload, each with its length.
type=application/vnd.ducha.login+json
{ printf 'DSSEv1 %d %s %d ' "${#type}" "$type" "$(wc -c <"$work/payload")"; cat "$work/payload"; } >"$work/pae"
if openssl pkey -in "$key" -noout -text | grep -q ED25519; then
  openssl pkeyutl -sign -inkey "$key" -rawin -in "$work/pae" -out "$work/signature"
else # SM2 with SM3; openssl 3.0 wants the standard identifier said
  openssl pkeyutl -sign -inkey "$key" -rawin -digest sm3 -pkeyopt distid:1234567812345678 -in "$work/pae" -out "$work/signature"
fi
keyid=$(openssl pkey -in "$key" -pubout -outform DER | openssl dgst -sha256 -r | cut -d' ' -f1)
jq -nc --arg type "$type" --arg payload "$(base64 -w0 <"$work/payload")" --arg keyid "$keyid" --arg sig "$(base64 -w0 <"$work/signature")" \
  '{payload: $payload, payloadType: $type, signatures: [{keyid: $keyid, sig: $sig}]}' >"$work/answer"

status=$(curl -sS -o "$work/session" -w '%{http_code}' -c "$jar" -H 'Content-Type: application/json' --data-binary "@$work/answer" "$server/api/v1/session")
if [ "$status" != 201 ]; then
  echo "login: HTTP $status" >&2
  jq . "$work/session" >&2
  exit 1
fi
jq -r '"logged in as \(.party), \(.name), until \(.until)"' "$work/session"
