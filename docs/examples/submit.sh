#!/usr/bin/env bash
# A unit's first day with nothing but openssl, curl, base64 and jq: make a key,
# have the office enrol it, sign a progress report, submit it, keep the receipt.
#
#   docs/examples/submit.sh Ed25519|SM2 OFFICE_KEY UNIT TASK PERIOD
#
#   OFFICE_KEY  the office's private key: DATA/keys/units-ggb.pem after `ducha init` or `ducha demo`
#   UNIT TASK   a lead unit and a task that it leads, such as kjj T09
#   PERIOD      a month of the campaign that the unit has not reported yet, such as 2025-12
#
# SERVER is where the ledger answers (default http://127.0.0.1:8420); the key, the
# statements and the receipts are left in the folder OUT (default: a new one).
set -euo pipefail

algorithm=${1:?Ed25519 or SM2} office_key=${2:?file of the office key} unit=${3:?unit} task=${4:?task} period=${5:?month}
server=${SERVER:-http://127.0.0.1:8420}
out=${OUT:-$(mktemp -d)}
mkdir -p "$out"

# keyid FILE: SHA-256 of the public key's SPKI DER, in lower-case hex.
keyid() { openssl pkey -in "$1" -pubout -outform DER | openssl dgst -sha256 -r | cut -d' ' -f1; }

# uuid: version 7, from the time and chance.
uuid() {
  local t r
  t=$(printf '%012x' "$(date +%s%3N)") r=$(openssl rand -hex 10)
  printf '%s-%s-7%s-%x%s-%s\n' "${t:0:8}" "${t:8:4}" "${r:0:3}" $((8 + 0x${r:3:1} % 4)) "${r:4:3}" "${r:7:12}"
}

# sign KEY: a statement on standard input becomes a DSSE envelope. What is signed
# is "DSSEv1", the payload's type and the payload, each with its length in bytes.
sign() {
  local type=application/cloudevents+json
  cat >"$out/payload"
  { printf 'DSSEv1 %d %s %d ' "${#type}" "$type" "$(wc -c <"$out/payload")"; cat "$out/payload"; } >"$out/pae"
  if openssl pkey -in "$1" -noout -text | grep -q ED25519; then
    openssl pkeyutl -sign -inkey "$1" -rawin -in "$out/pae" -out "$out/signature"
  else # SM2 with SM3; openssl 3.0 wants the standard identifier said
    openssl pkeyutl -sign -inkey "$1" -rawin -digest sm3 -pkeyopt distid:1234567812345678 -in "$out/pae" -out "$out/signature"
  fi
  jq -nc --arg type "$type" --arg payload "$(base64 -w0 <"$out/payload")" \
    --arg keyid "$(keyid "$1")" --arg sig "$(base64 -w0 <"$out/signature")" \
    '{payload: $payload, payloadType: $type, signatures: [{keyid: $keyid, sig: $sig}]}'
}

# statement KIND SOURCE SUBJECT BASIS DATA: a CloudEvents event, on one line.
statement() {
  jq -njc --arg id "$(uuid)" --arg type "$1" --arg source "/$campaign/$2" --arg subject "$3" --arg unit "$unit" \
    --arg time "$(TZ=Asia/Shanghai date +%Y-%m-%dT%H:%M:%S+08:00)" --argjson basis "$4" --argjson data "$5" \
    '{specversion: "1.0", id: $id, type: $type, source: $source, subject: $subject, time: $time,
      datacontenttype: "application/json", unit: $unit, basis: $basis, data: $data}'
}

# submit NAME: an envelope on standard input is submitted; the receipt is kept. With
# wait=sealed it comes with the proof that the ledger's log holds the statement.
submit() {
  local status
  cat >"$out/$1.envelope.json"
  status=$(curl -sS -o "$out/$1.receipt.json" -w '%{http_code}' -H 'Content-Type: application/json' \
    --data-binary "@$out/$1.envelope.json" "$server/api/v1/statements?wait=sealed")
  if [ "$status" != 201 ]; then
    echo "$1: HTTP $status" >&2
    jq . "$out/$1.receipt.json" >&2
    return 1
  fi
  jq -r --arg name "$1" '"\($name): recorded as \(.sequence), number \(.trail_version) on the trail of \(.unit), sealed: \(.sealed)"' "$out/$1.receipt.json"
}

campaign=$(curl -sS "$server/readyz" | jq -r .campaign)

# 1. The unit makes its key. The private key never leaves the unit.
if [ "$algorithm" = SM2 ]; then
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:SM2 -pkeyopt ec_param_enc:named_curve -out "$out/unit.pem" 2>/dev/null
else
  openssl genpkey -algorithm Ed25519 -out "$out/unit.pem"
fi
openssl pkey -in "$out/unit.pem" -pubout -out "$out/unit.pub.pem"

# 2. The office enrols the public key.
statement key.enrolled.v1 units/ggb "units/$unit" 0 \
  "$(jq -nc --arg party "units/$unit" --rawfile pem "$out/unit.pub.pem" '{party: $party, public_key: $pem, holder: "报送员"}')" |
  sign "$office_key" | submit enrolment

# 3. The unit logs in with its key and reads what is on record, so that it can say what
# it knew when it signed. Only reading needs a login: a signature says who speaks.
SERVER=$server "$(dirname "$0")/login.sh" "$out/unit.pem" "$out/cookies"
basis=$(curl -sS -b "$out/cookies" "$server/api/v1/tasks/$task" | jq .last)

# 4. The unit signs its report and submits it.
statement progress.reported.v1 "units/$unit" "tasks/$task" "$basis" \
  "$(jq -nc --arg period "$period" '{period: $period, percent: 35, summary: "专项资金拨付到位,平台一期完成验收。", next: "启动二期招标。"}')" |
  sign "$out/unit.pem" | submit report

# 5. The receipt names the bytes that were submitted: the unit can prove that it reported.
echo "$(jq -r .digest "$out/report.receipt.json")  $out/report.envelope.json" | sha256sum --check --quiet
echo "receipt: $out/report.receipt.json"
