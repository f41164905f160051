package trail

import (
	"io"
	"iter"
	"time"

	"ducha/ledger"
	"ducha/ledger/seal"
)

type Input struct {
	Campaign         ledger.LocalID
	Unit             ledger.UnitID
	At               time.Time
	Sequence         uint64
	Records, Context []ledger.Record
}
type Bundle struct{}

func Select(records iter.Seq2[ledger.Record, error], unit ledger.UnitID) (own, context []ledger.Record, last uint64, err error) {
	return
}
func Draft(in Input) (*Bundle, ledger.ExportAttested, error)   { return nil, ledger.ExportAttested{}, nil }
func (b *Bundle) Attest(r ledger.Record) error                 { return nil }
func (b *Bundle) WriteTo(w io.Writer) (int64, error)           { return 0, nil }

type Options struct{ Root seal.KeyID }
type Report struct{ OK bool }

func (r Report) Print(w io.Writer, lang string) {}
func Verify(zip []byte, o Options) Report        { return Report{} }
