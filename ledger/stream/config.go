package stream

import (
	"fmt"
	"strings"
	"time"

	"ducha/ledger"

	"github.com/nats-io/nats.go/jetstream"
)

// DefaultMaxBytes bounds a ledger's stream. It must stay below what the store may
// use, so that a full ledger refuses clearly and never meets a full disk.
const DefaultMaxBytes = 32 << 30

// Config says how a ledger's stream is created. The rest is fixed.
type Config struct {
	Campaign ledger.LocalID
	Replicas int   // 1, or 3 in a cluster
	MaxBytes int64 // 0: DefaultMaxBytes
}

// stream is the whole configuration. No compression and no encryption: either
// turns one flipped bit into a lost stream. No direct reads: on three nodes any
// replica would answer, also one that lags.
func (c Config) stream() jetstream.StreamConfig {
	s := jetstream.StreamConfig{
		Name: ledger.StreamName(c.Campaign), Subjects: []string{"ledger." + string(c.Campaign) + ".>"},
		Description: "ducha ledger; append only",
		Storage:     jetstream.FileStorage, Retention: jetstream.LimitsPolicy, Discard: jetstream.DiscardNew,
		MaxMsgs: -1, MaxMsgsPerSubject: -1, MaxBytes: c.MaxBytes, MaxMsgSize: -1, MaxConsumers: -1,
		Duplicates: 2 * time.Minute, Replicas: max(1, c.Replicas),
		DenyDelete: true, DenyPurge: true, AllowAtomicPublish: true,
	}
	if s.MaxBytes == 0 {
		s.MaxBytes = DefaultMaxBytes
	}
	return s
}

// guardConfig holds a stream's configuration against what Create makes, and
// names every deviation. The number of replicas and the bound in bytes are the
// creator's choice.
func guardConfig(campaign ledger.LocalID, got jetstream.StreamConfig) error {
	want := Config{Campaign: campaign, Replicas: got.Replicas, MaxBytes: got.MaxBytes}.stream()
	var wrong []string
	check := func(what string, got, want any) {
		if fmt.Sprint(got) != fmt.Sprint(want) {
			wrong = append(wrong, fmt.Sprintf("%s is %v, not %v", what, got, want))
		}
	}
	check("subjects", got.Subjects, want.Subjects)
	check("storage", got.Storage, want.Storage)
	check("retention", got.Retention, want.Retention)
	check("discard", got.Discard, want.Discard)
	check("discard new per subject", got.DiscardNewPerSubject, false)
	check("max messages", got.MaxMsgs, want.MaxMsgs)
	check("max messages per subject", got.MaxMsgsPerSubject, want.MaxMsgsPerSubject)
	check("max age", got.MaxAge, time.Duration(0))
	check("max message size", got.MaxMsgSize, want.MaxMsgSize)
	check("deny delete", got.DenyDelete, true)
	check("deny purge", got.DenyPurge, true)
	check("allow rollup", got.AllowRollup, false)
	check("allow message TTL", got.AllowMsgTTL, false)
	check("allow message schedules", got.AllowMsgSchedules, false)
	check("allow message counter", got.AllowMsgCounter, false)
	check("allow atomic publish", got.AllowAtomicPublish, true)
	check("allow direct", got.AllowDirect, false)
	check("no ack", got.NoAck, false)
	check("sealed", got.Sealed, false)
	check("compression", got.Compression, jetstream.NoCompression)
	check("persist mode", got.PersistMode, jetstream.DefaultPersistMode)
	check("subject delete markers", got.SubjectDeleteMarkerTTL, time.Duration(0))
	check("consumer limits", got.ConsumerLimits, jetstream.StreamConsumerLimits{})
	check("max consumers", got.MaxConsumers, want.MaxConsumers)
	check("first sequence", got.FirstSeq, 0)
	check("mirror", got.Mirror != nil, false)
	check("sources", len(got.Sources), 0)
	check("subject transform", got.SubjectTransform != nil, false)
	check("republish", got.RePublish != nil, false)
	check("bounded", got.MaxBytes > 0, true)
	if len(wrong) == 0 {
		return nil
	}
	return &ledger.Error{Class: ledger.Damaged, Rule: "stream.config", Found: strings.Join(wrong, "; "),
		Want: "the stream as init created it: somebody changed it, and it may have lost records since. `ducha recover` makes it anew from the archive"}
}

// guardState finds what a stream's own state says of losses.
func guardState(s jetstream.StreamState) error {
	damage := func(rule, found, want string) error {
		return &ledger.Error{Class: ledger.Damaged, Rule: rule, Found: found, Want: want + ": run `ducha recover`"}
	}
	switch {
	case s.LastSeq > 0 && s.FirstSeq != 1:
		return damage("stream.first", fmt.Sprintf("the first record is %d", s.FirstSeq), "record 1")
	case s.NumDeleted > 0:
		return damage("stream.deleted", fmt.Sprintf("%d records were deleted: %v", s.NumDeleted, s.Deleted), "none")
	case s.Msgs != s.LastSeq:
		return damage("stream.count", fmt.Sprintf("%d records up to sequence %d", s.Msgs, s.LastSeq), "as many records as the last sequence")
	}
	return nil
}
