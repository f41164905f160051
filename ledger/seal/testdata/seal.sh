#!/bin/sh
# seal.sh KEY.pem EVENT.json prints the envelope of an event, made with openssl alone.
set -eu
key=$1 event=$2 type=application/cloudevents+json
dir=$(mktemp -d)
trap 'rm -r "$dir"' EXIT

openssl pkey -in "$key" -pubout -outform DER -out "$dir/spki"
keyid=$(sha256sum "$dir/spki" | cut -c1-64)

{ printf 'DSSEv1 %d %s %d ' ${#type} "$type" "$(wc -c <"$event")"; cat "$event"; } >"$dir/pae"
if openssl pkey -in "$key" -noout -text | grep -q SM2; then
	openssl pkeyutl -sign -rawin -digest sm3 -pkeyopt distid:1234567812345678 \
		-inkey "$key" -in "$dir/pae" -out "$dir/sig"
else
	openssl pkeyutl -sign -rawin -inkey "$key" -in "$dir/pae" -out "$dir/sig"
fi

printf '{"payload":"%s","payloadType":"%s","signatures":[{"keyid":"%s","sig":"%s"}]}\n' \
	"$(base64 -w0 "$event")" "$type" "$keyid" "$(base64 -w0 "$dir/sig")"
