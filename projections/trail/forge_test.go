package trail

import (
	"bytes"
	"crypto/sha256"
	"testing"

	"ducha/ledger"
	"ducha/ledger/seal"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"
)

// unpackOf takes the files out of a bundle.
func unpackOf(t testing.TB, data []byte) map[string][]byte {
	entries, err := unpack(data)
	require.NoError(t, err)
	files := map[string][]byte{}
	for _, e := range entries {
		files[e.name] = bytes.Clone(e.data)
	}
	return files
}

// packOf makes a good container of files, whatever is in them.
func packOf(t testing.TB, files map[string][]byte) []byte {
	var entries []entry
	for _, name := range fileOrder {
		if data, ok := files[name]; ok {
			entries = append(entries, entry{name, data})
		}
	}
	var b bytes.Buffer
	_, err := pack(&b, entries)
	require.NoError(t, err)
	return b.Bytes()
}

func recordsOf(t testing.TB, data []byte) (list []ledger.Record) {
	for raw := range bytes.Lines(data) {
		r, err := ledger.ParseRecord(bytes.TrimSuffix(raw, []byte("\n")))
		require.NoError(t, err)
		list = append(list, r)
	}
	return list
}

// redigest is what an attacker without any key can do to the manifest: count,
// head and all digests right again.
func redigest(t testing.TB, files map[string][]byte) {
	var m Manifest
	require.NoError(t, json.Unmarshal(files[manifestName], &m))
	m.Files = nil
	for _, name := range present(listed, files) {
		m.Files = append(m.Files, fileOf(name, files[name]))
	}
	raws := bytes.SplitAfter(files[recordsName], []byte("\n"))
	m.Count = 0
	for _, raw := range raws {
		if len(raw) > 0 {
			m.Count++
		}
		if r, err := ledger.ParseRecord(bytes.TrimSuffix(raw, []byte("\n"))); err == nil {
			m.Head = r.Head
		}
	}
	files[manifestName] = encode(m)
}

// rechain renumbers a trail and links it again.
func rechain(records []ledger.Record) {
	var t ledger.Trail
	tasks := map[ledger.TaskID]uint64{}
	for i := range records {
		r := &records[i]
		r.TrailVersion = t.Version + 1
		if r.Place.Task != "" {
			tasks[r.Place.Task]++
			r.TaskVersion = tasks[r.Place.Task]
		} else {
			r.TaskVersion = 0
		}
		r.Head = ledger.Link(t.Head, *r)
		t = ledger.Trail{Version: r.TrailVersion, Head: r.Head}
	}
}

// reattest is what an operator can do who holds the ledger's key: attest anything.
func reattest(t testing.TB, files map[string][]byte, ledgerKey seal.PrivateKey) {
	redigest(t, files)
	var m Manifest
	require.NoError(t, json.Unmarshal(files[manifestName], &m))
	r := recordsOf(t, files[attestationName])[0]
	e, err := r.Read()
	require.NoError(t, err)
	body := &ledger.ExportAttested{Sequence: m.Sequence, Count: m.Count, Head: ledger.Digest(m.Head.String()), Files: map[string]ledger.Digest{}}
	for _, name := range present(attested, files) {
		body.Files[name] = ledger.Digest(fileOf(name, files[name]).SHA256.String())
	}
	e.Statement.Body = body
	r.Envelope = sealed(t, ledgerKey, e.Statement.Encode())
	r.TrailVersion = m.Count + 1
	r.Head = ledger.Link(m.Head, r)
	files[attestationName] = lines([]ledger.Record{r})
}

func sealed(t testing.TB, k seal.PrivateKey, payload []byte) []byte {
	seed := sha256.Sum256(payload)
	env, err := seal.Seal(bytes.NewReader(seed[:]), k, seal.PayloadTypeStatement, payload)
	require.NoError(t, err)
	return env.Encode()
}

// resign is a record whose statement was signed by somebody else.
func resign(t testing.TB, r ledger.Record, k seal.PrivateKey) ledger.Record {
	env, err := seal.ParseEnvelope(r.Envelope)
	require.NoError(t, err)
	r.Envelope = sealed(t, k, env.Payload)
	return r
}

// reword is a record that says something else under the old signature.
func reword(t testing.TB, r ledger.Record) ledger.Record {
	env, err := seal.ParseEnvelope(r.Envelope)
	require.NoError(t, err)
	env.Payload = bytes.Replace(env.Payload, []byte(`"basis":`), []byte(`"basis":1`), 1)
	r.Envelope = env.Encode()
	return r
}

// unsign is a record with one bit of its signature changed.
func unsign(t testing.TB, r ledger.Record) ledger.Record {
	env, err := seal.ParseEnvelope(r.Envelope)
	require.NoError(t, err)
	env.Signature.Sig = bytes.Clone(env.Signature.Sig)
	env.Signature.Sig[len(env.Signature.Sig)-3] ^= 1
	r.Envelope = env.Encode()
	return r
}
