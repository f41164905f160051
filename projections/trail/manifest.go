package trail

import (
	"crypto/sha256"
	"slices"
	"time"

	"ducha/ledger"
	"ducha/ledger/seal"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Format names the format that this package reads and writes.
const Format = "ducha-trail/2"

// The files of a bundle.
const (
	manifestName    = "manifest.json"
	recordsName     = "records.ndjson"
	contextName     = "context.ndjson"
	keysName        = "keys.json"
	statusName      = "status.json"
	sinceName       = "since.ndjson"
	attestationName = "attestation.json"
	checkpointName  = "checkpoint"
	proofName       = "proof.txt"
	readmeName      = "README.txt"
	// ReportName and SheetName are papers for people (see [Input]); a bundle may
	// have them or not.
	ReportName = "report.html"
	SheetName  = "records.xlsx"
)

var (
	fileOrder = []string{manifestName, recordsName, contextName, keysName, statusName, sinceName, attestationName, checkpointName, proofName, ReportName, SheetName, readmeName}
	papers    = []string{ReportName, SheetName}
	listed    = []string{recordsName, contextName, keysName, statusName, ReportName, SheetName, readmeName}   // with their digests in the manifest
	attested  = []string{manifestName, recordsName, contextName, keysName, statusName, ReportName, SheetName} // and in the attestation
)

// present leaves out of names the papers that files do not have.
func present(names []string, files map[string][]byte) (list []string) {
	for _, name := range names {
		if _, ok := files[name]; ok || !slices.Contains(papers, name) {
			list = append(list, name)
		}
	}
	return list
}

// Manifest (清单) says what a bundle is. Names and order are the format.
type Manifest struct {
	Format    string         `json:"format"`
	Campaign  ledger.LocalID `json:"campaign"`
	Title     ledger.Line    `json:"title"`
	Unit      ledger.UnitID  `json:"unit"`
	Name      string         `json:"name"`
	NameEN    string         `json:"name_en,omitempty"`
	Sequence  uint64         `json:"sequence"` // the ledger stood at it
	Count     uint64         `json:"count"`    // records on the unit's trail
	Head      ledger.Hash    `json:"head"`     // of the unit's trail
	At        string         `json:"at"`       // the instant that the status was judged for, as FormatRecorded writes it
	Clock     Clock          `json:"clock"`
	RootKey   seal.KeyID     `json:"root_key"`
	LedgerKey seal.KeyID     `json:"ledger_key"`
	Files     []File         `json:"files"`
}

// Clock says by which times the status was judged, and in plain words.
type Clock struct {
	Mode ledger.Clock `json:"mode"`
	ZH   string       `json:"zh"`
	EN   string       `json:"en"`
}

// File is a file of the bundle with its SHA-256 and size in bytes.
type File struct {
	Name   string      `json:"name"`
	SHA256 ledger.Hash `json:"sha256"`
	Size   int         `json:"size"`
}

func clockOf(mode ledger.Clock) Clock {
	if mode == ledger.ClockDeclared {
		return Clock{mode, "按签名人所称时间评判,并非台账的记录时间;章程如此规定。",
			"Judged by the signers' claimed times, not by the ledger's times of recording: the charter says so."}
	}
	return Clock{mode, "按台账的记录时间评判。", "Judged by the ledger's times of recording."}
}

func fileOf(name string, data []byte) File {
	return File{Name: name, SHA256: sha256.Sum256(data), Size: len(data)}
}

// instant is the time in the precision that the manifest writes it with.
func instant(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

// encode is a file's JSON as people read it: indented, members of maps in order,
// one line feed at the end.
func encode(v any) []byte {
	data, err := json.Marshal(v, json.Deterministic(true), jsontext.WithIndent("  "))
	if err != nil {
		panic("trail: does not encode: " + err.Error()) // all that is written here was made by this package or parsed by ledger
	}
	return append(data, '\n')
}
