#!/usr/bin/env bash
# Checks a sealed receipt and asks nobody, with nothing but openssl, jq and xxd:
# no ducha is needed, and no trust in whoever runs the ledger.
#
#   docs/examples/verify-receipt.sh RECEIPT LEDGER_PUBLIC_KEY
#
#   RECEIPT            as `ducha statement submit --wait-sealed` or GET /api/v1/statements/{id}/receipt gives it
#   LEDGER_PUBLIC_KEY  SPKI PEM, from the charter
#
# Exit code 0: the ledger signed that it recorded this statement, and its log holds it.
set -euo pipefail

receipt=${1:?receipt} key=${2:?public key of the ledger}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
field() { jq -er --arg name "$1" '.[$name] // empty' "$receipt"; }
fail() { echo "NOT GOOD: $*" >&2; exit 1; }
sha() { openssl dgst -sha256 -r | cut -d' ' -f1; }

# 1. The receipt is signed by the ledger's key (DSSE), and says what is beside it.
field receipt_envelope | tr -d '\n' >"$work/envelope"
jq -r .payload "$work/envelope" | base64 -d >"$work/payload"
type=$(jq -r .payloadType "$work/envelope")
{ printf 'DSSEv1 %d %s %d ' "${#type}" "$type" "$(wc -c <"$work/payload")"; cat "$work/payload"; } >"$work/pae"
jq -r '.signatures[0].sig' "$work/envelope" | base64 -d >"$work/sig"
openssl pkeyutl -verify -pubin -inkey "$key" -rawin -in "$work/pae" -sigfile "$work/sig" >/dev/null || fail "the receipt is not signed by this key"
jq -e --slurpfile signed "$work/payload" '. as $shown | $signed[0] | to_entries | all(.value == ($shown[.key] // 0))' "$receipt" >/dev/null || fail "the receipt shows something else than was signed"

# 2. It is a receipt for this statement.
field statement | tr -d '\n' >"$work/statement"
[ "$(sha <"$work/statement")" = "$(field digest)" ] || fail "the statement is not the one of the receipt"

# 3. The line of the record, and its leaf. The family is the kind's (docs/format.md, 8).
family=$(jq -r --arg kind "$(field type)" -n '$ARGS.named.kind' | sed 's/\.v[0-9]*$//')
case $family in
charter.adopted | unit.* | key.* | role.* | delegation.recorded | policy.adopted | question.* | clarification.issued | officeholder.* | certificate.*) family=registry ;;
task.closed | task.rechecked | task.reopened | task.suspended) family=closing ;;
task.* | list.* | target.* | annualplan.* | milestone.set | extension.*) family=plan ;;
progress.verified | progress.disputed | inspection.* | finding.* | conclusion.*) family=inspection ;;
progress.* | indicator.* | milestone.reached | blocker.* | completion.* | history.*) family=progress ;;
dispatch.* | meeting.* | directive.*) family=dispatch ;;
export.* | report.* | content.* | ledger.*) family=audit ;;
*) family=escalation ;;
esac
subject="ledger.$(field campaign).$(field unit).$(field task || echo _).$family"
jq -njSc --rawfile envelope "$work/statement" --arg subject "$subject" --slurpfile r "$receipt" '$r[0] |
  {envelope: $envelope, head, recorded, sequence, subject: $subject, task_version: (.task_version // 0), trail_version, v: 1}' >"$work/record"
hash=$({ printf '\0'; cat "$work/record"; } | sha)

# 4. Up from the leaf to the root of the checkpoint (RFC 9162, 2.1.3.2).
field proof >"$work/proof"
sed -n '/^$/,$p' "$work/proof" | tail -n +2 >"$work/checkpoint"
node() { printf '01%s%s' "$1" "$2" | xxd -r -p | sha; }
index=$(sed -n 's/^index //p' "$work/proof") size=$(sed -n 2p "$work/checkpoint")
[ $((index + 1)) = "$(field sequence)" ] || fail "the proof is for another record"
fn=$index sn=$((size - 1))
while read -r line; do
  [ "$sn" -gt 0 ] || fail "the proof is too long"
  other=$(printf '%s' "$line" | base64 -d | xxd -p -c 64)
  if [ $((fn % 2)) = 1 ] || [ "$fn" = "$sn" ]; then
    hash=$(node "$other" "$hash")
    while [ $((fn % 2)) = 0 ] && [ "$fn" -gt 0 ]; do fn=$((fn / 2)) sn=$((sn / 2)); done
  else
    hash=$(node "$hash" "$other")
  fi
  fn=$((fn / 2)) sn=$((sn / 2))
done < <(sed -n '/^index /,/^$/p' "$work/proof" | sed '1d;$d')
[ "$sn" = 0 ] || fail "the proof is too short"
root=$(sed -n 3p "$work/checkpoint" | base64 -d | xxd -p -c 64)
[ "$hash" = "$root" ] || fail "the log does not hold this statement at $((index + 1))"

# 5. The checkpoint is signed by the same key, as a signed note.
origin=$(sed -n 1p "$work/checkpoint")
keyid=$(openssl pkey -pubin -in "$key" -pubout -outform DER | sha)
[ "$origin" = "ducha/$(field campaign)/${keyid:0:16}" ] || fail "the checkpoint is of another log, $origin"
sed '/^$/,$d' "$work/checkpoint" >"$work/body"
sed -n "s|^— $origin ||p" "$work/checkpoint" | head -n 1 | base64 -d | tail -c 64 >"$work/notesig"
openssl pkeyutl -verify -pubin -inkey "$key" -rawin -in "$work/body" -sigfile "$work/notesig" >/dev/null || fail "the checkpoint is not signed by this key"

echo "good: $(field type) $(field id) is record $(field sequence), recorded $(field recorded), in the log of $size"
