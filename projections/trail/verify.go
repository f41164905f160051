package trail

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"ducha/ledger"
	"ducha/ledger/proof"
	"ducha/ledger/seal"
	"ducha/projections"

	"github.com/go-json-experiment/json"
	"golang.org/x/mod/sumdb/tlog"
)

// Options are what the reader knows from elsewhere.
type Options struct {
	Root      seal.KeyID // the root key, as the headquarters published it; empty when not known
	LedgerKey seal.KeyID // the ledger's key, likewise
	// Policy says which witnesses are trusted and how many must have cosigned the
	// checkpoint; nil when nobody is.
	Policy *proof.Policy
	// Receipts that somebody holds: what they are for must be here.
	Receipts []proof.SealedReceipt
	// Authorities are the issuers of certificates that are trusted; nil when none
	// were named.
	Authorities *seal.Authorities
}

// Verify checks an exported trail. It reads nothing but zip, which may hold any
// bytes, and reports all that it finds: one fault does not hide another. The same
// bytes give the same report.
func Verify(zip []byte, opts Options) Report {
	v := &verification{opts: opts, files: map[string][]byte{}, hashed: map[string]File{}, signers: map[seal.KeyID]int{}, uses: map[seal.KeyID][]CertificateUse{}, trusted: map[ledger.Digest]bool{}, issuers: map[ledger.Digest]bool{}}
	if !v.container(zip) || v.old() {
		return v.report
	}
	known := v.readManifest()
	v.digests()
	v.own, v.context = v.split(recordsName), v.split(contextName)
	v.since, v.attestation = v.split(sinceName), v.split(attestationName)
	v.read()
	seals := v.checkSeals()
	v.place()
	v.checkTrail()
	v.checkContext()
	v.state = projections.NewFold(projections.CampaignProjection())
	v.fold()
	if known {
		v.derived()
	}
	v.foldSince()
	v.checkAttestation()
	v.checkLog()
	v.checkReceipts()
	seals()
	return v.conclude()
}

// verification is a bundle under examination.
type verification struct {
	opts     Options
	files    map[string][]byte
	hashed   map[string]File // of files, as far as they were needed
	manifest Manifest
	report   Report

	own, context, since, attestation []*line

	all        []*line          // own, context and since as far as they can be read, in the order of sequences
	numbers    map[uint64]*line // own by their number on the trail
	certs      map[seal.KeyID]seal.PublicKey
	state      *projections.Fold[projections.Campaign]
	signers    map[seal.KeyID]int
	uses       map[seal.KeyID][]CertificateUse
	trusted    map[ledger.Digest]bool // certificates that lead to an authority that was given
	issuers    map[ledger.Digest]bool // certificates in use, whose issuers were looked for
	unknown    map[string]int         // kinds, with how many of them
	ledgerKey  seal.KeyID
	key        seal.PublicKey   // of that id; the zero key when the charter names none
	checkpoint proof.Checkpoint // the zero one when it is bad

	ranges func() map[proof.Range]tlog.Hash // all that the proof shows of the tree; nil when there is none
}

func (v *verification) find(code, file string, l *line, found, want string) {
	v.add(problem{code, found, want}.in(file, l))
}

func (v *verification) add(f Finding) {
	if len(v.report.Findings) >= maxFindings {
		v.report.More++
		return
	}
	v.report.Findings = append(v.report.Findings, f)
}

func (v *verification) note(code, found string) {
	v.report.Notes = append(v.report.Notes, problem{code: code, found: found}.in("", nil))
}

// container takes the files out; false when there is nothing to go on with.
func (v *verification) container(data []byte) bool {
	if len(data) > MaxSize {
		v.find("container.size", "", nil, fmt.Sprintf("%d bytes", len(data)), fmt.Sprintf("at most %d", MaxSize))
		return false
	}
	entries, err := unpack(data)
	if err != nil {
		v.find("container.unreadable", "", nil, err.Error(), "a zip as ducha export writes it")
		return false
	}
	if at, ok := differs(data, entries); !ok {
		v.find("container.bytes", region(entries, at), nil, fmt.Sprintf("%d bytes, another one at offset %d", len(data), at), fmt.Sprintf("the %d bytes that the contents give", packedSize(entries)))
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.name)
		if _, twice := v.files[e.name]; !twice {
			v.files[e.name] = e.data
		}
	}
	if want := present(fileOrder, v.files); !slices.Equal(names, want) {
		v.find("container.files", wrongFile(names, want), nil, fmt.Sprintf("%.60q", names), strings.Join(want, ", "))
	}
	return true
}

// wrongFile names the first file that is not where it belongs.
func wrongFile(names, order []string) string {
	for _, want := range order {
		if !slices.Contains(names, want) {
			return want
		}
	}
	for i, name := range names {
		if i >= len(order) || name != order[i] {
			return name
		}
	}
	return ""
}

// old says whether the bundle is of a format that came before, and reports nothing
// else then.
func (v *verification) old() bool {
	var m struct {
		Format string `json:"format"`
	}
	if json.Unmarshal(v.files[manifestName], &m) != nil || m.Format != "ducha-trail/1" {
		return false
	}
	v.report = Report{Format: m.Format}
	v.find("manifest.old", manifestName, nil, m.Format, Format)
	return true
}

// readManifest reads the manifest; false when there is none to compare with. What
// it says is believed of nothing but which unit, sequence and instant are meant.
func (v *verification) readManifest() bool {
	data, ok := v.files[manifestName]
	if !ok {
		return false
	}
	m := &v.manifest
	err := json.Unmarshal(data, m, json.RejectUnknownMembers(true))
	if err != nil {
		*m = Manifest{} // half of it would only mislead
	} else if m.Format != Format {
		v.find("manifest.format", manifestName, nil, fmt.Sprintf("%.60q", m.Format), Format)
	}
	if err == nil && string(encode(m)) != string(data) {
		err = errors.New("not the one way to write what it says")
	}
	if err == nil {
		var at time.Time
		if at, err = ledger.ParseRecorded(m.At); err == nil && !sane(at) {
			err = fmt.Errorf("judged for %s", m.At)
		}
	}
	if err != nil {
		v.find("manifest.form", manifestName, nil, err.Error(), "JSON as ducha export writes it")
		return false
	}
	return true
}

// sane says whether a time is in the years that statements may have: a fold that
// counts months never counts more than those.
func sane(t time.Time) bool { return t.Year() >= 2000 && t.Year() <= 2100 }

// digests holds every listed file against the manifest.
func (v *verification) digests() {
	said := map[string]File{}
	var names []string
	for _, f := range v.manifest.Files {
		said[f.Name], names = f, append(names, f.Name)
	}
	listed := present(listed, v.files)
	if v.manifest.Format == Format && !slices.Equal(names, listed) {
		v.find("manifest.field", manifestName, nil, fmt.Sprintf("files %.60q", names), strings.Join(listed, ", "))
	}
	for _, name := range listed {
		data, ok := v.files[name]
		want, ok2 := said[name]
		if got := v.fileOf(name, data); ok && ok2 && got != want {
			v.find("file.digest", name, nil, fmt.Sprintf("%s, %d bytes", got.SHA256, got.Size), fmt.Sprintf("%s, %d bytes", want.SHA256, want.Size))
		}
	}
}

// fileOf is [fileOf], once for each file.
func (v *verification) fileOf(name string, data []byte) File {
	f, ok := v.hashed[name]
	if !ok {
		f = fileOf(name, data)
		v.hashed[name] = f
	}
	return f
}

// derived makes the manifest, the keys and the status from the records and holds
// the bundle's own against them.
func (v *verification) derived() {
	m, made := v.manifest, map[string][]byte{}
	m.Count, m.Head = uint64(len(v.own)), lastHead(v.own)
	m.RootKey, m.LedgerKey = v.report.Root, v.ledgerKey
	if len(v.all) > 0 && v.state.State.Charter.Campaign != "" {
		m.Campaign = v.state.State.Charter.Campaign
	}
	v.report.Status = derive(&m, v.state, v.signers, made)
	v.compareManifest(m)
	v.compareKeys(made[keysName])
	v.compareStatus(made[statusName])
}

func (v *verification) compareManifest(want Manifest) {
	got := v.manifest
	for _, f := range []struct {
		name      string
		got, want any
	}{
		{"campaign", got.Campaign, want.Campaign}, {"title", got.Title, want.Title}, {"name", got.Name, want.Name},
		{"name_en", got.NameEN, want.NameEN}, {"count", got.Count, want.Count}, {"head", got.Head, want.Head},
		{"clock", got.Clock, want.Clock}, {"root_key", got.RootKey, want.RootKey}, {"ledger_key", got.LedgerKey, want.LedgerKey},
	} {
		if f.got != f.want {
			v.find("manifest.field", manifestName, nil, fmt.Sprintf("%s: %.200s", f.name, fmt.Sprint(f.got)), fmt.Sprintf("%.200s", fmt.Sprint(f.want)))
		}
	}
}
