package proof

import (
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"ducha/ledger"
	"ducha/ledger/seal"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	flog "github.com/transparency-dev/formats/log"
	fnote "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"
)

func keyOf(t require.TestingT, alg seal.Algorithm, name string) seal.PrivateKey {
	k, err := seal.NewKey(alg, sha256.Sum256([]byte(name)))
	require.NoError(t, err)
	return k
}

// log is a log in memory, with the stored hashes of x/mod: the oracle.
type log struct {
	key    seal.PrivateKey
	origin string
	stored []tlog.Hash
	size   int64
}

func newLog(t require.TestingT, n int) *log {
	key := keyOf(t, seal.Ed25519, "ledger")
	l := &log{key: key, origin: Origin("ja2023", key.Public())}
	for i := range n {
		hashes, err := tlog.StoredHashes(int64(i), entry(i), l)
		require.NoError(t, err)
		l.stored, l.size = append(l.stored, hashes...), l.size+1
	}
	return l
}

func entry(i int) []byte { return fmt.Appendf(nil, "entry %d", i) }

func (l *log) ReadHashes(indexes []int64) (out []tlog.Hash, err error) {
	for _, i := range indexes {
		out = append(out, l.stored[i])
	}
	return out, nil
}

func (l *log) checkpoint(t require.TestingT) (Checkpoint, []byte) {
	c := Checkpoint{Origin: l.origin, Size: uint64(l.size), Root: EmptyRoot}
	if l.size > 0 {
		root, err := tlog.TreeHash(l.size, l)
		require.NoError(t, err)
		c.Root = root
	}
	signed, err := c.Sign(l.key)
	require.NoError(t, err)
	return c, signed
}

func (l *log) verifier(t require.TestingT) note.Verifier {
	v, err := LogVerifier(l.origin, l.key.Public())
	require.NoError(t, err)
	return v
}

func (l *log) inclusion(t require.TestingT, i int) Inclusion {
	_, signed := l.checkpoint(t)
	hashes, err := tlog.ProveRecord(l.size, int64(i), l)
	require.NoError(t, err)
	return Inclusion{Index: uint64(i), Hashes: hashes, Checkpoint: signed}
}

func TestTheTreeIsTheTreeOfTheStandard(t *testing.T) {
	var tree Tree
	l := newLog(t, 0)
	for i := range 600 {
		hashes, err := tlog.StoredHashes(int64(i), entry(i), l)
		require.NoError(t, err)
		l.stored, l.size = append(l.stored, hashes...), l.size+1
		tree.Add(tlog.RecordHash(entry(i)))
		c, _ := l.checkpoint(t)
		require.Equal(t, c.Root, tree.Root(), i)
		require.Equal(t, c.Size, tree.Size())
	}
	assert.Equal(t, EmptyRoot, (&Tree{}).Root())
}

func TestAnotherReaderTakesTheCheckpoint(t *testing.T) {
	l := newLog(t, 300)
	c, signed := l.checkpoint(t)
	got, err := OpenCheckpoint(signed, l.verifier(t))
	require.NoError(t, err)
	require.Equal(t, c, got)

	theirs, _, _, err := flog.ParseCheckpoint(signed, l.origin, l.verifier(t))
	require.NoError(t, err)
	assert.Equal(t, c.Size, theirs.Size)
	assert.Equal(t, c.Root[:], theirs.Hash)
}

func TestACheckpointThatIsNotTheLogs(t *testing.T) {
	l := newLog(t, 5)
	c, signed := l.checkpoint(t)
	for name, bad := range map[string][]byte{
		"nothing": nil, "garbage": []byte("garbage\n"), "no signature": []byte(c.Body() + "\n"),
		"size":         []byte(strings.Replace(string(signed), "\n5\n", "\n6\n", 1)),
		"cut":          signed[:len(signed)-1],
		"another key":  must(c.Sign(keyOf(t, seal.Ed25519, "other"))),
		"another name": must(Checkpoint{"ducha/other/1", c.Size, c.Root}.Sign(l.key)),
	} {
		_, err := OpenCheckpoint(bad, l.verifier(t))
		require.Error(t, err, name)
		require.NotEmpty(t, ledger.ClassOf(err), name)
	}
	_, err := c.Sign(keyOf(t, seal.SM2, "sm2"))
	require.ErrorContains(t, err, "Ed25519")
	_, err = LogVerifier(l.origin, keyOf(t, seal.SM2, "sm2").Public())
	require.ErrorContains(t, err, "Ed25519")
}

func must(b []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return b
}

// The forms that the specification forbids, under a good signature: a checkpoint
// has one way to be written.
func TestACheckpointHasOneForm(t *testing.T) {
	l := newLog(t, 5)
	c, _ := l.checkpoint(t)
	root := formatHash(c.Root)
	public, err := edwards(l.key.Public())
	require.NoError(t, err)
	for _, body := range []string{
		l.origin + "\n05\n" + root + "\n", l.origin + "\n+5\n" + root + "\n", l.origin + "\n-1\n" + root + "\n", l.origin + "\n\n" + root + "\n",
		l.origin + "\n5\n" + root[1:] + "\n", l.origin + "\n5\n", l.origin + "\n9007199254740993\n" + root + "\n", l.origin + "\n0\n" + root + "\n", l.origin + "\n5\n" + root + "\n\nmore\n",
	} {
		signed, err := note.Sign(&note.Note{Text: body}, signer{name: l.origin, hash: keyHash(l.origin, typeEd25519, public), sign: func(m []byte) ([]byte, error) { return l.key.Sign(nil, m) }})
		require.NoError(t, err)
		_, err = OpenCheckpoint(signed, l.verifier(t))
		require.Error(t, err, "%q", body)
	}
	// lines of extension are allowed, and are covered by the signature
	signed, err := note.Sign(&note.Note{Text: c.Body() + "more\n"}, signer{name: l.origin, hash: keyHash(l.origin, typeEd25519, public), sign: func(m []byte) ([]byte, error) { return l.key.Sign(nil, m) }})
	require.NoError(t, err)
	got, err := OpenCheckpoint(signed, l.verifier(t))
	require.NoError(t, err)
	require.Equal(t, c, got)
}

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func witness(t require.TestingT, name string) (Cosigner, string) {
	c, err := NewCosigner("witness.example/"+name, keyOf(t, seal.Ed25519, name))
	require.NoError(t, err)
	return c, fmt.Sprintf("witness %s %s\n", name, c.VerifierKey())
}

func TestAnotherReaderTakesTheCosignature(t *testing.T) {
	l := newLog(t, 7)
	_, signed := l.checkpoint(t)
	w, _ := witness(t, "W1")
	line, err := w.Cosign(signed, noon)
	require.NoError(t, err)
	both, err := AddSignatures(signed, line)
	require.NoError(t, err)
	theirs, err := fnote.NewVerifierForCosignatureV1(w.VerifierKey())
	require.NoError(t, err)
	_, _, n, err := flog.ParseCheckpoint(both, l.origin, l.verifier(t), theirs)
	require.NoError(t, err)
	require.Len(t, n.Sigs, 2)
	at, err := fnote.CoSigV1Timestamp(n.Sigs[1])
	require.NoError(t, err)
	assert.True(t, at.Equal(noon))

	again, err := AddSignatures(both, line)
	require.NoError(t, err)
	assert.Equal(t, both, again, "no line twice")
}

func TestWeTakeTheCosignatureOfAnother(t *testing.T) {
	l := newLog(t, 7)
	_, signed := l.checkpoint(t)
	secret, public, err := note.GenerateKey(rand.Reader, "witness.example/theirs")
	require.NoError(t, err)
	theirs, err := fnote.NewSignerForCosignatureV1(secret)
	require.NoError(t, err)
	n, err := note.Open(signed, note.VerifierList(l.verifier(t)))
	require.NoError(t, err)
	both, err := note.Sign(n, theirs)
	require.NoError(t, err)
	v := theirs.Verifier()
	key := fmt.Sprintf("%s+%08x+", v.Name(), v.KeyHash())
	vkey, err := fnote.VKeyToCosignatureV1(public)
	require.NoError(t, err)
	require.Contains(t, vkey, key)
	p, err := ParsePolicy([]byte("witness them " + vkey + "\nquorum them\n"))
	require.NoError(t, err)
	by, met, err := p.Cosigned(both)
	require.NoError(t, err)
	assert.True(t, met)
	assert.Equal(t, "them", by[0].Witness)
}

func TestWhoCosignedAndWhetherItIsEnough(t *testing.T) {
	l := newLog(t, 9)
	_, signed := l.checkpoint(t)
	var lines []string
	cosign := map[string][]byte{}
	for _, name := range []string{"X1", "X2", "X3", "Y1", "Y2"} {
		w, line := witness(t, name)
		lines = append(lines, line)
		sig, err := w.Cosign(signed, noon)
		require.NoError(t, err)
		cosign[name] = sig
	}
	policy := "# two of X and one of Y\n" + strings.Join(lines, "") + "group X 2 X1 X2 X3\ngroup Y any\tY1 Y2\n\ngroup both all X Y\nquorum both\n"
	p, err := ParsePolicy([]byte(policy))
	require.NoError(t, err)
	require.True(t, p.Needed())
	for who, enough := range map[string]bool{"": false, "X1": false, "X1 X2": false, "X1 X2 X3": false, "X1 Y1": false, "Y1 Y2": false, "X1 X3 Y2": true, "X1 X2 X3 Y1 Y2": true} {
		n := signed
		for _, name := range strings.Fields(who) {
			n, err = AddSignatures(n, cosign[name])
			require.NoError(t, err)
		}
		by, met, err := p.Cosigned(n)
		require.NoError(t, err)
		assert.Equal(t, enough, met, who)
		assert.Len(t, by, len(strings.Fields(who)))
		for _, c := range by {
			assert.Equal(t, noon, c.Time)
		}
	}

	// A line in a known name whose signature is another's is no cosignature, and an error.
	other, err := Checkpoint{l.origin, 9, tlog.Hash{1}}.Sign(l.key)
	require.NoError(t, err)
	w, _ := witness(t, "X1")
	sig, err := w.Cosign(other, noon)
	require.NoError(t, err)
	bad, err := AddSignatures(signed, sig)
	require.NoError(t, err)
	_, _, err = p.Cosigned(bad)
	require.Equal(t, ledger.BadSeal, ledger.ClassOf(err))

	none, err := ParsePolicy([]byte("quorum none\n"))
	require.NoError(t, err)
	_, met, err := none.Cosigned(signed)
	require.NoError(t, err)
	assert.True(t, met)
	assert.False(t, none.Needed())
}

func TestAPolicyThatMeansNothingIsRefused(t *testing.T) {
	_, w1 := witness(t, "W1")
	_, w2 := witness(t, "W2")
	l := newLog(t, 1)
	vkey, err := VerifierKey(l.origin, l.key.Public())
	require.NoError(t, err)
	for name, text := range map[string]string{
		"empty": "", "no quorum": w1, "two quorums": w1 + "quorum W1\nquorum none\n", "unknown word": "wittness\nquorum none\n",
		"quorum not there": w1 + "quorum W2\n", "below": "quorum W1\n" + w1, "name twice": w1 + strings.Replace(w2, "W2", "W1", 1) + "quorum W1\n",
		"key twice": w1 + strings.Replace(w1, "W1", "W2", 1) + "quorum W1\n", "the name none": strings.Replace(w1, "W1", "none", 1) + "quorum none\n",
		"three of two": w1 + w2 + "group G 3 W1 W2\nquorum G\n", "none of two": w1 + w2 + "group G 0 W1 W2\nquorum G\n", "leading zero": w1 + w2 + "group G 01 W1 W2\nquorum G\n",
		"member twice": w1 + "group G any W1 W1\nquorum G\n", "member of two": w1 + w2 + "group G any W1\ngroup H any W1 W2\nquorum H\n",
		"member none": w1 + "group G any none\nquorum G\n", "empty group": "group G any\nquorum none\n", "itself": "group G any G\nquorum G\n",
		"a log's key as a witness": "witness W " + vkey + "\nquorum W\n", "a witness's key as a log": strings.Replace(w1, "witness W1", "log", 1) + "quorum none\n",
		"a wrong digit in the key": strings.Replace(w1, "+", "+0", 1) + "quorum none\n", "control": "quorum none\x00\n",
	} {
		_, err := ParsePolicy([]byte(text))
		require.Error(t, err, name)
		require.Equal(t, ledger.Malformed, ledger.ClassOf(err), name)
	}
	p, err := ParsePolicy([]byte("log " + vkey + " https://ducha.example\n" + strings.TrimSpace(w1) + " http://127.0.0.1:8421\n \t\n  # 审计局\nquorum W1"))
	require.NoError(t, err)
	require.Len(t, p.Logs, 1)
	assert.Equal(t, "http://127.0.0.1:8421", p.Witnesses[0].URL)
}

func TestAProofOfOneEntry(t *testing.T) {
	l := newLog(t, 300)
	i := l.inclusion(t, 123)
	i.Extra = []byte("anything")
	read, err := ParseInclusion(i.Encode())
	require.NoError(t, err)
	require.Equal(t, i, read)
	c, err := read.Verify(entry(123), l.verifier(t))
	require.NoError(t, err)
	require.EqualValues(t, 300, c.Size)

	_, err = read.Verify(entry(124), l.verifier(t))
	require.Equal(t, ledger.Damaged, ledger.ClassOf(err))
	beyond := i
	beyond.Index = 300
	_, err = beyond.Verify(entry(123), l.verifier(t))
	require.Equal(t, ledger.Damaged, ledger.ClassOf(err))

	// Every byte of it matters, but for those of the extra line.
	clean := l.inclusion(t, 123).Encode()
	for at := range clean {
		bad := slices.Clone(clean)
		bad[at] ^= 1
		p, err := ParseInclusion(bad)
		if err == nil {
			_, err = p.Verify(entry(123), l.verifier(t))
		}
		require.Error(t, err, "byte %d of %q", at, bad)
	}
}

func TestProofsOfManyEntriesShareTheirNodes(t *testing.T) {
	l := newLog(t, 1100)
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(0, 1100).Draw(t, "size")
		var indexes []uint64
		var leaves []tlog.Hash
		if size > 0 {
			indexes = rapid.SliceOfDistinct(rapid.Uint64Range(0, uint64(size-1)), rapid.ID).Draw(t, "indexes")
		}
		slices.Sort(indexes)
		for _, i := range indexes {
			leaves = append(leaves, tlog.RecordHash(entry(int(i))))
		}
		want := EmptyRoot
		if size > 0 {
			var err error
			want, err = tlog.TreeHash(int64(size), l)
			require.NoError(t, err)
		}
		hashes, err := ProveAll(uint64(size), indexes, l)
		require.NoError(t, err)
		got, err := RootOfAll(uint64(size), indexes, leaves, hashes)
		require.NoError(t, err)
		require.Equal(t, want, got)

		single := 0
		for _, i := range indexes {
			one, err := tlog.ProveRecord(int64(size), int64(i), l)
			require.NoError(t, err)
			single += len(one)
		}
		if len(indexes) > 0 {
			require.LessOrEqual(t, len(hashes), single, "never more than apart")
		}

		_, err = RootOfAll(uint64(size), indexes, leaves, append(slices.Clone(hashes), tlog.Hash{}))
		require.Error(t, err, "one too many")
		if len(hashes) > 0 {
			_, err = RootOfAll(uint64(size), indexes, leaves, hashes[1:])
			require.Error(t, err, "one too few")
			at := rapid.IntRange(0, len(hashes)-1).Draw(t, "flipped")
			hashes[at][0] ^= 1
			got, err = RootOfAll(uint64(size), indexes, leaves, hashes)
			require.NoError(t, err)
			require.NotEqual(t, want, got)
		}
		if len(leaves) > 0 {
			leaves[0][0] ^= 1
			hashes, err = ProveAll(uint64(size), indexes, l)
			require.NoError(t, err)
			got, err = RootOfAll(uint64(size), indexes, leaves, hashes)
			require.NoError(t, err)
			require.NotEqual(t, want, got, "another leaf")
		}
	})
	_, err := ProveAll(10, []uint64{3, 3}, l)
	require.Error(t, err)
	_, err = ProveAll(10, []uint64{10}, l)
	require.Error(t, err)
	_, err = RootOfAll(10, []uint64{1, 2}, []tlog.Hash{{}}, nil)
	require.Error(t, err)
}

func TestTheBodyOfARequestToAWitness(t *testing.T) {
	l := newLog(t, 20)
	_, signed := l.checkpoint(t)
	hashes, err := tlog.ProveTree(20, 7, l)
	require.NoError(t, err)
	a := AddCheckpoint{Old: 7, Proof: hashes, Checkpoint: signed}
	got, err := ParseAddCheckpoint(a.Encode())
	require.NoError(t, err)
	require.Equal(t, a, got)
	for _, bad := range []string{"", "old 7", "old 07\n\nx", "old -1\n\nx", "7\n\nx", "old 1\nx\n\ny", "old 1\n" + strings.Repeat(formatHash(hashes[0])+"\n", 64) + "\ny"} {
		_, err := ParseAddCheckpoint([]byte(bad))
		require.Equal(t, ledger.Malformed, ledger.ClassOf(err), "%q", bad)
	}
}

func FuzzParse(f *testing.F) {
	l := newLog(f, 9)
	i := l.inclusion(f, 3)
	_, w := witness(f, "W1")
	f.Add(i.Encode())
	f.Add(i.Checkpoint)
	f.Add([]byte(w + "group G 1 W1\nquorum G\n"))
	f.Add(AddCheckpoint{Old: 3, Checkpoint: i.Checkpoint}.Encode())
	f.Fuzz(func(t *testing.T, data []byte) {
		if p, err := ParseInclusion(data); err == nil {
			require.Equal(t, data, p.Encode(), "one way to write it")
			_, _ = p.Verify(nil, l.verifier(t))
		}
		if a, err := ParseAddCheckpoint(data); err == nil {
			require.Equal(t, data, a.Encode(), "one way to write it")
		}
		if p, err := ParsePolicy(data); err == nil {
			_, _, _ = p.Cosigned(i.Checkpoint)
		}
		_, _ = ReadCheckpoint(data)
		_, _ = AddSignatures(i.Checkpoint, data)
	})
}
